// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AuditSpec;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TopClientsTest {
  private static final RuleRef BY = new RuleRef(Phase.RATES, null, "per-client");

  private DecisionCounters counters = new DecisionCounters(3);

  private void send(int times, boolean allowed, @Nullable String client, String address) {
    Decision decision = decision(allowed, client, address);
    for (int i = 0; i < times; i++) {
      counters.decided(decision, null, 1);
    }
  }

  private List<String> series() {
    try (ServerMetrics metrics = new ServerMetrics(counters, new RouteDirectory(), 10)) {
      return metrics
          .scrape()
          .lines()
          .filter(line -> line.startsWith("portcullis_top_client_"))
          .toList();
    }
  }

  @Test
  void namesClientsAndOfStrangersTheAddress() {
    send(5, true, "acme", "192.0.2.7");
    send(2, false, "acme", "192.0.2.8");
    send(4, false, null, "192.0.2.9");

    assertThat(series())
        .containsExactlyInAnyOrder(
            "portcullis_top_client_requests{by=\"client\",name=\"acme\"} 7.0",
            "portcullis_top_client_requests{by=\"address\",name=\"192.0.2.9\"} 4.0",
            "portcullis_top_client_refusals{by=\"client\",name=\"acme\"} 2.0",
            "portcullis_top_client_refusals{by=\"address\",name=\"192.0.2.9\"} 4.0");
  }

  /** One host commands all of a /64. */
  @Test
  void namesTheSiteOfAnAddressOfSix() {
    send(1, true, null, "2001:db8::1");
    send(1, true, null, "2001:db8::2");

    assertThat(series())
        .containsExactly(
            "portcullis_top_client_requests{by=\"address\",name=\"2001:db8::/64\"} 2.0");
  }

  @Test
  void namesNoMoreThanItWasTold() {
    for (int i = 0; i < 1_000; i++) {
      send(1 + i % 7, i % 2 == 0, "client-" + i, "192.0.2.7");
      send(1, i % 2 == 0, null, "198.51.100." + i % 256);
    }

    assertThat(series()).hasSizeLessThanOrEqualTo(2 * 3);
  }

  /** Neither who it is among the client's people, nor anything of the credential. */
  @Test
  void saysNothingElseOfWhoAsks() {
    send(1, false, "acme", "192.0.2.7");
    send(1, false, null, "192.0.2.7");

    assertThat(series()).hasSize(4).noneMatch(line -> line.contains("alice"));
    assertThat(series()).noneMatch(line -> line.contains("swordfish"));
  }

  /** A client's name is whatever its issuer says. */
  @Test
  void cutsLongNamesAndKeepsEachInItsLine() {
    send(1, true, "a".repeat(100) + "b", "192.0.2.7");
    send(1, true, "a".repeat(100) + "c", "192.0.2.7");
    send(1, true, "\"\n# x", "192.0.2.7");

    assertThat(series())
        .containsExactlyInAnyOrder(
            "portcullis_top_client_requests{by=\"client\",name=\"%s\"} 2.0"
                .formatted("a".repeat(100)),
            "portcullis_top_client_requests{by=\"client\",name=\"\\\"\\n# x\"} 1.0");
  }

  @Test
  void namesNobodyWhenItIsOff() {
    counters = new DecisionCounters(0);
    send(5, false, "acme", "192.0.2.7");

    assertThat(series()).isEmpty();
  }

  /** All requests pass here. */
  @Test
  void makesNoObjectsForWhomItKnows() {
    TopClients clients = new TopClients(10);
    List<Decision> decisions =
        List.of(decision(false, "acme", "192.0.2.7"), decision(false, null, "192.0.2.7"));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    decisions.forEach(clients::decided);
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 20_000; i++) {
      clients.decided(decisions.get(i % 2));
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
  }

  private static Decision decision(boolean allowed, @Nullable String client, String address) {
    return new Decision(
        "01ABC",
        "shop/orders",
        allowed ? null : new Refusal(DenyReason.RATE_LIMITED, BY, "Too fast.", "swordfish"),
        BY,
        List.of(new HeaderField("x-user-id", "alice")),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        null,
        new Identity(
            "employees",
            true,
            "alice",
            "https://idp.example.com/",
            List.of(),
            Map.of("secret", "swordfish"),
            client,
            "gold",
            Identity.NO_END,
            List.of()),
        Identity.NO_END,
        IpAddress.parse(address),
        null,
        AuditSpec.refusalsOnly(),
        List.of(),
        List.of(),
        null,
        null);
  }
}
