// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class DelayMetricTest {
  private final RouteDirectory routes = new RouteDirectory();

  @Test
  void countsByRouteAndWhatIsBeyondTogether() {
    for (String id : List.of("shop/carts", "shop/orders", "shop/search")) {
      RoutePlan plan = Plans.withSecret(id, Plans.secret("jwks"));
      routes.put(plan, "v1");
      RouteFacts facts = Objects.requireNonNull(routes.find(id));
      facts.countDelay();
      facts.countDelay();
    }

    assertThat(series(2))
        .containsExactly(
            "portcullis_route_delays_total{route=\"other\"} 2.0",
            "portcullis_route_delays_total{route=\"shop/carts\"} 2.0",
            "portcullis_route_delays_total{route=\"shop/orders\"} 2.0");
    assertThat(series(3)).hasSize(3).noneMatch(line -> line.contains("other"));
  }

  private List<String> series(int shown) {
    try (ServerMetrics metrics = new ServerMetrics(new DecisionCounters(), routes, shown)) {
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("portcullis_route_delays_total"))
          .toList();
    }
  }
}
