// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.ShadowFinding;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ShadowMetricTest {
  private static final RoutePlan PLAN = Plans.withSecret("shop/orders", Plans.secret("jwks"));
  private static final PolicyRef POLICY = PLAN.sources().getFirst();

  private final RouteDirectory routes = new RouteDirectory();

  @Test
  void saysWhichPolicyRuleAndReason() {
    RouteFacts orders = route(PLAN);
    orders.count(List.of(finding(POLICY, "no-deletes", DenyReason.RULE_DENIED)));
    orders.count(
        List.of(
            finding(POLICY, "no-deletes", DenyReason.RULE_DENIED),
            finding(POLICY, null, DenyReason.CREDENTIALS_MISSING)));
    orders.count(List.of(finding(POLICY, "would-allow", null)));
    assertThat(series(10))
        .containsExactly(
            line("shop/orders", POLICY, "", "CREDENTIALS_MISSING", 1),
            line("shop/orders", POLICY, "no-deletes", "RULE_DENIED", 2));
  }

  @Test
  void isBoundedAndLosesNothing() {
    RouteFacts orders = route(PLAN);
    for (int i = 0; i < 2_000; i++) {
      orders.count(List.of(finding(POLICY, "rule-" + i, DenyReason.RULE_DENIED)));
    }
    List<String> series = series(3);
    assertThat(series).hasSize(4);
    assertThat(series)
        .anyMatch(line -> line.contains("route=\"other\"") && line.endsWith("} 1997.0"));
  }

  @Test
  void forgetsPoliciesThatSpeakNoMoreAndRoutesThatAreGone() {
    RouteFacts orders = route(PLAN);
    PolicyRef gone = new PolicyRef("ApiPolicy", "shop", "gone");
    orders.count(
        List.of(
            finding(gone, "a", DenyReason.RULE_DENIED),
            finding(POLICY, "b", DenyReason.RULE_DENIED)));
    routes.put(PLAN, "v2");
    assertThat(series(10)).containsExactly(line("shop/orders", POLICY, "b", "RULE_DENIED", 1));
    routes.remove(new RouteId("shop/orders"));
    assertThat(series(10)).isEmpty();
  }

  private RouteFacts route(RoutePlan plan) {
    routes.put(plan, "v1");
    RouteFacts facts = routes.find(plan.id().value());
    assertThat(facts).isNotNull();
    return facts;
  }

  private static ShadowFinding finding(
      PolicyRef policy, @Nullable String rule, @Nullable DenyReason wouldDeny) {
    return new ShadowFinding(new RuleRef(Phase.AUTHORIZATION, policy, rule), wouldDeny);
  }

  private static String line(
      String route, PolicyRef policy, String rule, String reason, long count) {
    return "portcullis_shadow_denials_total{policy=\"%s\",reason=\"%s\",route=\"%s\",rule=\"%s\"} %s"
        .formatted(policy, reason, route, rule, (double) count);
  }

  private List<String> series(int shown) {
    try (ServerMetrics metrics = new ServerMetrics(new DecisionCounters(), routes, shown)) {
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("portcullis_shadow_denials_total"))
          .toList();
    }
  }
}
