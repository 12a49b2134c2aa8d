// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.EnvoyBootstrap;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.ProxyNode;
import dev.portcullis.envoy.ProxySpec;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.XdsSource;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An Envoy finds its operator, trusts no other, says who it is, and is configured. */
final class OperatorBootstrapIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NAME = "portcullis-operator.portcullis.svc";

  @TempDir Path directory;

  private final int port = FreePorts.next();
  private final int listenPort = FreePorts.next();
  private final ProxyNode node = RealEnvoy.node();
  private final TestCa ca = new TestCa("first");

  @Test
  void isConfiguredOverAStreamThatCarriesItsToken() throws IOException {
    token("one");
    ca.writeTo(directory.resolve("ca.pem"));
    try (EchoUpstream upstream = new EchoUpstream();
        ScriptedAuthz authz = new ScriptedAuthz(FreePorts.next());
        RealEnvoy envoy = start(spec(authz.port(), upstream.port()))) {
      GatewaySpec spec = spec(authz.port(), upstream.port());
      try (TinyOperator operator = operator(ca, NAME, spec)) {
        envoy.ready();
        assertThat(operator.credentials()).containsOnly("Bearer one");
        assertThat(operator.rejected()).isEmpty();
        assertThat(operator.nodes())
            .allSatisfy(said -> {
              assertThat(said.getId()).isEqualTo(node.id());
              assertThat(ProxySpec.fromMetadata(said.getMetadata())).isEqualTo(spec);
            });
        served(spec.listen().port());
      }
      served(spec.listen().port());

      token("two");
      TestCa second = new TestCa("second");
      second.writeTo(directory.resolve("ca.pem"));
      try (TinyOperator operator = operator(second, NAME, spec)) {
        await()
            .atMost(PATIENCE)
            .failFast(() -> operator.credentials().contains("Bearer one"))
            .untilAsserted(() -> assertThat(operator.credentials()).contains("Bearer two"));
      }
    }
  }

  @Test
  void trustsNoOtherRootAndNoOtherName() throws IOException {
    token("one");
    ca.writeTo(directory.resolve("ca.pem"));
    GatewaySpec spec = spec(FreePorts.next(), FreePorts.next());
    try (RealEnvoy envoy = start(spec)) {
      try (TinyOperator impostor = operator(new TestCa("first"), NAME, spec)) {
        refused(envoy, "fail_verify_error");
        assertThat(impostor.credentials()).isEmpty();
      }
      try (TinyOperator neighbour = operator(ca, "somebody.portcullis.svc", spec)) {
        refused(envoy, "fail_verify_san");
        assertThat(neighbour.credentials()).isEmpty();
      }
    }
  }

  private static void refused(RealEnvoy envoy, String why) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> envoy.stat("cluster.portcullis-operator.ssl." + why) >= 1);
  }

  private static void served(int port) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() ->
            RawClient.exchange(port, "GET / HTTP/1.1\r\nhost: any\r\n\r\n")
                .startsWith("HTTP/1.1 200"));
  }

  private RealEnvoy start(GatewaySpec spec) throws IOException {
    OperatorAccess access =
        new OperatorAccess(
            Gate.loopback(port), NAME, directory.resolve("ca.pem"), directory.resolve("token"));
    Path own = directory.resolve("envoy");
    return RealEnvoy.start(node, EnvoyBootstrap.forOperator(node, spec, access, own));
  }

  private TinyOperator operator(TestCa issuer, String name, GatewaySpec spec) throws IOException {
    EnvoyResources resources =
        new EnvoyTranslator(new XdsSource.Ads())
            .translate(
                spec,
                Map.of(new RouteId("shop/orders"), Plans.guarded("shop/orders", FailureMode.DENY)));
    return new TinyOperator(port, issuer.issue(name), resources);
  }

  private GatewaySpec spec(int authzPort, int upstreamPort) {
    return new GatewaySpec(
        Gate.loopback(listenPort),
        List.of(Gate.loopback(authzPort)),
        List.of(new Upstream("shop", "orders", null, Gate.loopback(upstreamPort), Protocol.HTTP1)));
  }

  private void token(String token) throws IOException {
    Path next = Files.writeString(directory.resolve("token.next"), token);
    Files.move(
        next,
        directory.resolve("token"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
