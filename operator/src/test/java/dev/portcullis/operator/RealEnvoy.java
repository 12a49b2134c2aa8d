// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.RealPart;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A real Envoy that an operator under test configures. */
record RealEnvoy(ChildProcess process, int port) implements AutoCloseable {

  static RealEnvoy start(
      Cluster cluster, String id, int port, int checkPort, List<Upstream> upstreams)
      throws IOException {
    GatewaySpec spec = new GatewaySpec(loopback(port), List.of(loopback(checkPort)), upstreams);
    Path token =
        cluster.scratch.write("tokens/" + id, cluster.token("gateway", "--audience=portcullis"));
    EnvoyFiles files =
        EnvoyBootstrap.forOperator(
            new ProxyNode(id, "test", loopback(FreePorts.next()), ProxyNode.DEFAULT_HEAP_BYTES),
            spec,
            new OperatorAccess(loopback(cluster.xdsPort), "127.0.0.1", cluster.ca(), token),
            cluster.scratch.path().resolve("envoy-" + id));
    files.write();
    ChildProcess process =
        ChildProcess.start(
            "envoy",
            List.of(
                RealPart.ENVOY.path().toString(),
                "-c",
                files.path(EnvoyBootstrap.FILE).toString(),
                "--disable-hot-restart",
                "--log-level",
                "warning",
                "--concurrency",
                "1"),
            Map.of(),
            cluster.scratch.path().resolve("envoy-" + id + ".log"));
    return new RealEnvoy(process, port);
  }

  static HostPort loopback(int port) {
    return new HostPort("127.0.0.1", port);
  }

  /** The status of a GET of {@code /}; 0 while nothing listens. */
  int get(HttpClient client) throws InterruptedException {
    try {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                  .timeout(Duration.ofSeconds(5))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    process.kill();
  }
}
