// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyFiles;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A gateway that follows files, as {@code portcullis gateway} runs it. */
final class Gate implements AutoCloseable {
  private final GatewaySpec spec;
  private final Path directory;
  private final RealEnvoy envoy;

  private Gate(GatewaySpec spec, Path directory, RealEnvoy envoy) {
    this.spec = spec;
    this.directory = directory;
    this.envoy = envoy;
  }

  static Gate open(
      Path directory, List<HostPort> authz, List<Upstream> upstreams, List<RoutePlan> plans)
      throws IOException {
    GatewaySpec spec = new GatewaySpec(loopback(FreePorts.next()), authz, upstreams);
    ProxyNode node = RealEnvoy.node();
    write(spec, directory, plans);
    return new Gate(
            spec, directory, RealEnvoy.start(node, EnvoyBootstrap.forFiles(node, directory)))
        .awaitReady();
  }

  /** Replaces the plan; Envoy follows. */
  void edit(List<RoutePlan> plans) throws IOException {
    write(spec, directory, plans);
  }

  int port() {
    return spec.listen().port();
  }

  RealEnvoy envoy() {
    return envoy;
  }

  /** A GET with these further header lines, each ended by CRLF; the whole answer. */
  String get(String host, String path, String headers) throws IOException {
    return RawClient.exchange(
        port(), "GET " + path + " HTTP/1.1\r\nhost: " + host + "\r\n" + headers + "\r\n");
  }

  static HostPort loopback(int port) {
    return new HostPort("127.0.0.1", port);
  }

  @Override
  public void close() {
    envoy.close();
  }

  private Gate awaitReady() {
    envoy.ready();
    return this;
  }

  private static void write(GatewaySpec spec, Path directory, List<RoutePlan> plans)
      throws IOException {
    Map<RouteId, RoutePlan> routes = new HashMap<>();
    plans.forEach(plan -> routes.put(plan.id(), plan));
    EnvoyTranslator translator = new EnvoyTranslator(new XdsSource.Files(directory));
    EnvoyFiles.of(directory, translator.translate(spec, routes)).write();
  }
}
