// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeoTest {
  private static final String KOREA = "175.45.176.1";
  private static final String GERMANY = "192.0.2.1";
  private static final String NOWHERE = "203.0.113.1";

  /** Two countries and one network. */
  private record Known(Map<String, String> countries, Map<String, Long> systems)
      implements GeoSource {
    @Override
    public @Nullable String country(IpAddress address) {
      return countries.getOrDefault(address.toString(), "");
    }

    @Override
    public @Nullable Long autonomousSystem(IpAddress address) {
      return systems.getOrDefault(address.toString(), 0L);
    }
  }

  private static final GeoSource GEO =
      new Known(Map.of(KOREA, "KP", GERMANY, "DE"), Map.of(KOREA, 131_279L));

  @ParameterizedTest
  @CsvSource({
    // deny KP | allow DE | both
    KOREA + ", COUNTRY_DENIED, COUNTRY_DENIED, COUNTRY_DENIED",
    GERMANY + ", , , ",
    NOWHERE + ", , COUNTRY_DENIED, COUNTRY_DENIED"
  })
  void refusesByCountry(
      String peer,
      @Nullable DenyReason deny,
      @Nullable DenyReason allow,
      @Nullable DenyReason both) {
    assertThat(reason(decide(peer, List.of(), List.of("KP")))).isEqualTo(deny);
    assertThat(reason(decide(peer, List.of("DE"), List.of()))).isEqualTo(allow);
    assertThat(reason(decide(peer, List.of("DE"), List.of("KP")))).isEqualTo(both);
  }

  @Test
  void deniesWhatIsAllowedAsWell() {
    assertThat(reason(decide(GERMANY, List.of("DE"), List.of("DE"))))
        .isEqualTo(DenyReason.COUNTRY_DENIED);
  }

  @Test
  void refusesEverybodyWithoutADatabase() {
    TestGate gate = new TestGate(new TestRoute().countries(Mode.ENFORCE, List.of(), List.of("KP")));
    Decision decision = gate.get("/");
    assertThat(reason(decision)).isEqualTo(DenyReason.UNAVAILABLE);
    assertThat(decision.by().rule()).isEqualTo("geo");
    assertThat(decision.refusal()).isNotNull();
    assertThat(decision.refusal().cause()).isEqualTo("there is no database of countries");
  }

  @Test
  void onlyRecordsInShadowMode() {
    TestRoute route = new TestRoute().countries(Mode.SHADOW, List.of(), List.of("KP"));
    TestGate gate = new TestGate(route, GEO);
    gate.peer = KOREA;
    Decision decision = gate.get("/");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .singleElement()
        .satisfies(each -> {
          assertThat(each.by().rule()).isEqualTo("geo");
          assertThat(each.wouldDeny()).isEqualTo(DenyReason.COUNTRY_DENIED);
        });
    assertThat(new TestGate(route).get("/").shadow())
        .singleElement()
        .satisfies(each -> assertThat(each.wouldDeny()).isEqualTo(DenyReason.UNAVAILABLE));
  }

  @Test
  void looksUpTheClientBehindProxiesThatAreTrusted() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .trusting("10.0.0.0/8")
                .countries(Mode.ENFORCE, List.of(), List.of("KP")),
            GEO);
    gate.peer = "10.0.0.1";
    assertThat(reason(gate.get("/", "x-forwarded-for", KOREA)))
        .isEqualTo(DenyReason.COUNTRY_DENIED);
    gate.peer = KOREA;
    assertThat(reason(gate.get("/", "x-forwarded-for", GERMANY)))
        .isEqualTo(DenyReason.COUNTRY_DENIED);
  }

  @Test
  void letsRulesReadCountryAndNetwork() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .rule("here", Effect.ALLOW, List.of(), "source.country == 'KP'")
                .rule("unknown", Effect.ALLOW, List.of(), "source.country + 'x' == 'x'")
                .rule(
                    "net", Effect.DENY, List.of(), "source.asn == 131279 && request.path == '/n'"),
            GEO);
    gate.peer = KOREA;
    assertThat(gate.get("/").by().rule()).isEqualTo("here");
    assertThat(gate.get("/n").by().rule()).isEqualTo("net");
    gate.peer = NOWHERE;
    assertThat(gate.get("/n").by().rule()).isEqualTo("unknown");
  }

  @Test
  void countsAnExpressionThatNeedsAMissingDatabaseAsAnError() {
    TestRoute route =
        new TestRoute()
            .rule("deny", Effect.DENY, TestRoute.path("/d"), "source.asn == 1")
            .rule("allow", Effect.ALLOW, TestRoute.path("/a"), "source.country == ''")
            .rule("all", Effect.ALLOW, TestRoute.path("/d"), null);
    TestGate gate = new TestGate(route);
    Decision denied = gate.get("/d");
    assertThat(denied.by().rule()).isEqualTo("deny");
    assertThat(denied.notes()).singleElement().asString().contains("there is no database");
    assertThat(reason(gate.get("/a"))).isEqualTo(DenyReason.NO_RULE_ALLOWS);
  }

  private static Decision decide(String peer, List<String> allow, List<String> deny) {
    TestGate gate = new TestGate(new TestRoute().countries(Mode.ENFORCE, allow, deny), GEO);
    gate.peer = peer;
    return gate.get("/");
  }

  private static @Nullable DenyReason reason(Decision decision) {
    return decision.refusal() == null ? null : decision.refusal().reason();
  }
}
