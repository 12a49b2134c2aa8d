// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.overload.OverloadState;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class OverloadMetricTest {

  @Test
  void showsEachPlanOfSomeRoutesAndTheLeastOfTheOthers() {
    assertThat(series(1))
        .containsExactlyInAnyOrder(
            "portcullis_overload_admitted_ratio{plan=\"-\",route=\"shop/carts\"} 0.1",
            "portcullis_overload_admitted_ratio{plan=\"silver\",route=\"shop/carts\"} 0.75",
            "portcullis_overload_admitted_ratio{plan=\"gold\",route=\"shop/carts\"} 1.0",
            "portcullis_overload_admitted_ratio{plan=\"-\",route=\"other\"} 0.3");
    assertThat(series(2)).hasSize(6).noneMatch(line -> line.contains("route=\"other\""));
  }

  /** A label that is there twice fails the whole page. */
  @Test
  void showsAPlanOfAnyName() {
    assertThat(series(2, "gold", "other"))
        .contains(
            "portcullis_overload_admitted_ratio{plan=\"-\",route=\"shop/carts\"} 0.1",
            "portcullis_overload_admitted_ratio{plan=\"other\",route=\"shop/carts\"} 0.75");
  }

  private static List<String> series(int shown) {
    return series(shown, "gold", "silver");
  }

  private static List<String> series(int shown, String... plans) {
    OverloadSpec spec =
        new OverloadSpec(
            new PolicyRef("RateLimitPolicy", "shop", "orders"),
            Mode.ENFORCE,
            null,
            10,
            10,
            Duration.ofSeconds(5),
            List.of(plans));
    TreeMap<String, OverloadState> states = new TreeMap<>();
    states.put("shop/carts", new OverloadState(spec, List.of(100, 750, 1000), 7));
    states.put("shop/orders", new OverloadState(spec, List.of(300, 1000, 1000), 7));
    try (ServerMetrics metrics =
        new ServerMetrics(new DecisionCounters(), new RouteDirectory(), shown)) {
      metrics.showOverloads(() -> states);
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("portcullis_overload_admitted_ratio"))
          .toList();
    }
  }
}
