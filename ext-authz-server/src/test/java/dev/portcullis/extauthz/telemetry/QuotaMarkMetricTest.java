// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.decision.Phase;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class QuotaMarkMetricTest {
  private static final RuleRef BY = new RuleRef(Phase.QUOTAS, null, "daily");

  private final RouteDirectory routes = new RouteDirectory();

  @Test
  void countsByRouteAndMarkAndWhatIsBeyondTogether() {
    for (String id : List.of("shop/carts", "shop/orders", "shop/search")) {
      routes.put(Plans.withSecret(id, Plans.secret("jwks")), "v1");
      RouteFacts facts = Objects.requireNonNull(routes.find(id));
      facts.count(new QuotaMark(BY, QuotaMark.NEARLY, 10));
      facts.count(new QuotaMark(BY, QuotaMark.NEARLY, 10));
      facts.count(new QuotaMark(BY, QuotaMark.ALL, 10));
    }

    assertThat(series(1))
        .containsExactlyInAnyOrder(
            line("shop/carts", 80, 2),
            line("shop/carts", 100, 1),
            line("other", 80, 4),
            line("other", 100, 2));
    assertThat(series(3)).hasSize(6).noneMatch(line -> line.contains("other"));
  }

  private static String line(String route, int percent, int count) {
    return "portcullis_route_quota_marks_total{percent=\"%d\",route=\"%s\"} %d.0"
        .formatted(percent, route, count);
  }

  private List<String> series(int shown) {
    try (ServerMetrics metrics = new ServerMetrics(new DecisionCounters(), routes, shown)) {
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("portcullis_route_quota_marks_total"))
          .toList();
    }
  }
}
