// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TransportTest {
  private static final Principal CART = new Principal("spiffe://cluster.local/ns/shop/sa/cart");
  private static final RuleRef TRANSPORT = new RuleRef(Phase.HYGIENE, TestRoute.API, "transport");

  @Test
  void strictRefusesConnectionsWithoutAnIdentity() {
    TestGate gate = new TestGate(new TestRoute().transport(Mode.ENFORCE, MtlsMode.STRICT));
    Decision plain = gate.get("/");
    assertThat(Objects.requireNonNull(plain.refusal()).reason())
        .isEqualTo(DenyReason.MTLS_REQUIRED);
    assertThat(plain.by()).isEqualTo(TRANSPORT);
    gate.principal = CART;
    assertThat(gate.get("/").allowed()).isTrue();
  }

  @Test
  void strictGoesBeforeEverythingThatCosts() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .transport(Mode.ENFORCE, MtlsMode.STRICT)
                .rate("one", LimitPhase.FLOOD, 1, "source.address"));
    for (int i = 0; i < 3; i++) {
      assertThat(Objects.requireNonNull(gate.get("/").refusal()).reason())
          .isEqualTo(DenyReason.MTLS_REQUIRED);
    }
    gate.principal = CART;
    assertThat(gate.get("/").allowed()).isTrue();
  }

  @Test
  void strictDoesNotSpeakOfAGatewaysClients() {
    TestGate gate = new TestGate(new TestRoute().transport(Mode.ENFORCE, MtlsMode.STRICT));
    gate.hop = Hop.AT_GATEWAY;
    assertThat(gate.get("/").allowed()).isTrue();
    gate.hop = Hop.BEHIND_GATEWAY;
    assertThat(gate.get("/").allowed()).isFalse();
  }

  @Test
  void aShadowOfStrictOnlyRecords() {
    TestGate gate = new TestGate(new TestRoute().transport(Mode.SHADOW, MtlsMode.STRICT));
    Decision plain = gate.get("/");
    assertThat(plain.allowed()).isTrue();
    assertThat(plain.shadow())
        .containsExactly(new ShadowFinding(TRANSPORT, DenyReason.MTLS_REQUIRED));
    gate.principal = CART;
    assertThat(gate.get("/").shadow()).isEmpty();
  }

  @Test
  void otherModesAskForNothing() {
    for (MtlsMode mode : new MtlsMode[] {MtlsMode.PERMISSIVE, MtlsMode.DISABLED}) {
      TestGate gate = new TestGate(new TestRoute().transport(Mode.ENFORCE, mode));
      assertThat(gate.get("/").allowed()).isTrue();
    }
  }

  @Test
  void rulesReadThePrincipalWithoutAuthentication() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule(
                    "not-cart",
                    Effect.DENY,
                    TestRoute.path("/**"),
                    "source.principal == '" + CART + "'")
                .rule(
                    "someone", Effect.ALLOW, TestRoute.path("/**"), "source.principal.size() > 0"));
    assertThat(Objects.requireNonNull(gate.get("/").refusal()).reason())
        .isEqualTo(DenyReason.NO_RULE_ALLOWS);
    gate.principal = CART;
    assertThat(Objects.requireNonNull(gate.get("/").refusal()).reason())
        .isEqualTo(DenyReason.RULE_DENIED);
    gate.principal = new Principal(CART + "s");
    assertThat(gate.get("/").allowed()).isTrue();
  }

  @Test
  void rulesReadWhatAGatewaySaysOfTheClientsTls() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule(
                    "modern",
                    Effect.ALLOW,
                    TestRoute.path("/**"),
                    "tls.version == 'TLSv1.3' && tls.sni == request.host"));
    String version = "x-portcullis-tls-version";
    String server = "x-portcullis-tls-sni";
    assertThat(gate.get("/", version, "TLSv1.3", server, "Orders.Example.COM").allowed()).isTrue();
    assertThat(gate.get("/", version, "TLSv1.2", server, "orders.example.com").allowed()).isFalse();
    assertThat(gate.get("/", version, "TLSv1.3", server, "other.example.com").allowed()).isFalse();
    assertThat(gate.get("/", version, "-", server, "-").allowed()).isFalse();
    assertThat(gate.get("/").allowed()).isFalse();
  }

  @Test
  void clientsWithoutTlsHaveNeitherVersionNorServer() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule(
                    "plain",
                    Effect.ALLOW,
                    TestRoute.path("/**"),
                    "tls.version == '' && tls.sni == ''"));
    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(gate.get("/", "x-portcullis-tls-sni", "-").allowed()).isTrue();
  }

  @Test
  void rulesReadTheFingerprintThatAGatewayTook() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule("known", Effect.ALLOW, TestRoute.path("/**"), "tls.ja4 == 't13d_a_b'"));
    assertThat(gate.get("/", "x-portcullis-ja4", "t13d_a_b").allowed()).isTrue();
    assertThat(gate.get("/", "x-portcullis-ja4", "-").allowed()).isFalse();
    assertThat(gate.get("/").allowed()).isFalse();
  }

  @Test
  void floodLimitsCountByPrincipal() {
    TestGate gate =
        new TestGate(new TestRoute().rate("one", LimitPhase.FLOOD, 1, "source.principal"));
    gate.principal = CART;
    assertThat(gate.get("/").allowed()).isTrue();
    assertThat(gate.get("/").allowed()).isFalse();
    gate.principal = new Principal(CART + "s");
    assertThat(gate.get("/").allowed()).isTrue();
  }
}
