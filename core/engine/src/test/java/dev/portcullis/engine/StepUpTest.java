// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec.Effect;
import dev.portcullis.policy.plan.StepUpSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StepUpTest {
  private static final Duration AGE = Duration.ofMinutes(15);
  private static final StepUpSpec ALL = new StepUpSpec(List.of("phr", "gold"), List.of("mfa"), AGE);

  @Test
  void letsInWhoAuthenticatedWellAndLately() {
    Decision decision = ask(ALL, claims("gold", List.of("pwd", "mfa"), 0));
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.by().rule()).isEqualTo("refund");
  }

  @Test
  void saysWhatIsMissing() {
    Decision decision = ask(ALL, Map.of());
    assertThat(reason(decision)).isEqualTo(DenyReason.STEP_UP_REQUIRED);
    assertThat(decision.by().rule()).isEqualTo("refund");
    assertThat(TestGate.header(decision, "www-authenticate"))
        .isEqualTo(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"A stronger or"
                + " more recent authentication is required, by: mfa\", acr_values=\"phr gold\","
                + " max_age=\"900\"");
  }

  @Test
  void saysOnlyWhatTheRuleAsksFor() {
    assertThat(
            TestGate.header(
                ask(new StepUpSpec(List.of("phr"), List.of(), null), Map.of()), "www-authenticate"))
        .isEqualTo(
            "Bearer error=\"insufficient_user_authentication\", error_description=\"A stronger or"
                + " more recent authentication is required\", acr_values=\"phr\"");
  }

  @Test
  void asksForEachOfThem() {
    Map<String, Object> good = claims("phr", List.of("mfa"), 0);
    for (String claim : good.keySet()) {
      Map<String, Object> worse = new HashMap<>(good);
      worse.remove(claim);
      assertThat(reason(ask(ALL, worse))).as(claim).isEqualTo(DenyReason.STEP_UP_REQUIRED);
    }
    assertThat(ask(ALL, good).allowed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 899, 900, -59, -60})
  void takesWhatIsRecent(long seconds) {
    assertThat(
            ask(new StepUpSpec(List.of(), List.of(), AGE), Map.of("auth_time", ago(seconds)))
                .allowed())
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {901, 1_000_000_000, -61})
  void takesNothingElse(long seconds) {
    assertThat(
            reason(
                ask(new StepUpSpec(List.of(), List.of(), AGE), Map.of("auth_time", ago(seconds)))))
        .isEqualTo(DenyReason.STEP_UP_REQUIRED);
  }

  @Test
  void takesAClaimOfAnotherTypeForNone() {
    StepUpSpec amr = new StepUpSpec(List.of(), List.of("mfa"), null);
    for (Object odd : List.of("mfa", List.of("mfa", 1L), Map.of("mfa", true))) {
      Decision decision = ask(amr, Map.of("amr", odd));
      assertThat(reason(decision)).isEqualTo(DenyReason.STEP_UP_REQUIRED);
      assertThat(decision.notes()).hasSize(1);
    }
    assertThat(
            reason(
                ask(
                    new StepUpSpec(List.of("phr"), List.of(), null),
                    Map.of("acr", List.of("phr")))))
        .isEqualTo(DenyReason.STEP_UP_REQUIRED);
  }

  @Test
  void challengesNobodyWhomAnotherRuleAllows() {
    TestGate gate =
        gate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .stepUp("refund", Mode.ENFORCE, ALL)
                .rule("all", Effect.ALLOW, TestRoute.path("/"), null),
            Map.of());
    assertThat(gate.get("/").by().rule()).isEqualTo("all");
  }

  @Test
  void challengesNobodyWhomARuleDenies() {
    TestGate gate =
        gate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .stepUp("refund", Mode.ENFORCE, ALL)
                .rule("none", Effect.DENY, TestRoute.path("/"), null),
            Map.of());
    assertThat(reason(gate.get("/"))).isEqualTo(DenyReason.RULE_DENIED);
  }

  @Test
  void onlyRecordsWhatItWouldAskForInShadow() {
    TestGate gate =
        gate(
            new TestRoute()
                .authenticated(Mode.ENFORCE)
                .stepUp("refund", Mode.SHADOW, ALL)
                .rule("all", Effect.ALLOW, TestRoute.path("/"), null),
            Map.of());
    Decision decision = gate.get("/");
    assertThat(decision.allowed()).isTrue();
    assertThat(decision.shadow())
        .extracting(ShadowFinding::wouldDeny)
        .containsExactly(DenyReason.STEP_UP_REQUIRED);
  }

  private static long ago(long seconds) {
    return TestGate.NOW.getEpochSecond() - seconds;
  }

  private static Map<String, Object> claims(String acr, List<String> amr, long seconds) {
    return Map.of("acr", acr, "amr", amr, "auth_time", ago(seconds));
  }

  private static Decision ask(StepUpSpec stepUp, Map<String, Object> claims) {
    return gate(
            new TestRoute().authenticated(Mode.ENFORCE).stepUp("refund", Mode.ENFORCE, stepUp),
            claims)
        .get("/");
  }

  private static TestGate gate(TestRoute route, Map<String, Object> claims) {
    TestGate gate = new TestGate(route);
    gate.authentication =
        () ->
            new AuthenticationResult.Authenticated(
                new Identity(
                    "test",
                    true,
                    "alice",
                    "https://idp.example.com/",
                    List.of(),
                    claims,
                    null,
                    null,
                    Identity.NO_END,
                    List.of()));
    return gate;
  }

  private static DenyReason reason(Decision decision) {
    return Objects.requireNonNull(decision.refusal()).reason();
  }
}
