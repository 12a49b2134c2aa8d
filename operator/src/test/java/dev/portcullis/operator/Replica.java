// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.awaitility.Awaitility.await;

import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** One of several operators, as a process of its own with an address of its own. */
record Replica(String name, String host, int xdsPort, int adminPort, ChildProcess process)
    implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** Starts it, and waits until it is ready. */
  static Replica start(Cluster cluster, String name, String host, int xdsPort) {
    int adminPort = FreePorts.next();
    Path token =
        cluster.scratch.write("tokens/" + name, cluster.token("operator", "--audience=portcullis"));
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Xmx192m",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.portcullis.operator.Main",
            "--kubeconfig=" + cluster.operatorKubeconfig(),
            "--xds-listen=" + host + ":" + xdsPort,
            "--xds-name=operator.portcullis-system.svc",
            "--xds-name=" + host,
            "--admin=127.0.0.1:" + adminPort,
            "--ext-authz-identity=system:serviceaccount:portcullis-system:ext-authz",
            "--gateway-identity=system:serviceaccount:portcullis-system:gateway",
            "--replica=" + name,
            "--peers=app.kubernetes.io/name=operator",
            "--peers-token=" + token);
    ChildProcess process =
        ChildProcess.start(name, command, Map.of(), cluster.scratch.path().resolve(name + ".log"))
            .expendable();
    Replica replica = new Replica(name, host, xdsPort, adminPort, process);
    await(name).atMost(PATIENCE).until(() -> replica.get("/readyz").startsWith("ok"));
    return replica;
  }

  /** Whether it says that it leads; not when it does not answer. */
  boolean leads() {
    return get("/metrics").lines().anyMatch("portcullis_leader 1.0"::equals);
  }

  private String get(String path) {
    try {
      return CLIENT
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                  .timeout(Duration.ofSeconds(2))
                  .build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** Ends it without giving it time for anything. */
  void kill() {
    process.kill();
  }

  /** Asks it to end, and waits. */
  @Override
  public void close() {
    process.close();
  }
}
