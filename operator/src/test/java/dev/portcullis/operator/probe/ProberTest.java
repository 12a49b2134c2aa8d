// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.fleet.PodName;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When gates are asked, and what is made of what they say. */
final class ProberTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final ProbeOutcome NO_GATE = new ProbeOutcome.NoGate("status 200");

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Map<Gate, ProbeOutcome> outcomes = new ConcurrentHashMap<>();
  private final Map<Gate, Integer> asked = new ConcurrentHashMap<>();
  private final AtomicInteger changes = new AtomicInteger();
  private final Prober prober =
      new Prober(
          gate -> {
            asked.merge(gate, 1, Integer::sum);
            return outcomes.getOrDefault(gate, new ProbeOutcome.Held());
          },
          changes::incrementAndGet,
          timer,
          metrics);

  @AfterEach
  void stop() {
    prober.close();
    timer.shutdownNow();
  }

  @Test
  void asksAtOnceAndAgainForEachPlan() {
    prober.want(Set.of(gate("a", "v1")));
    await().atMost(PATIENCE).until(() -> state("a", "v1") instanceof GateState.Held);
    prober.want(Set.of(gate("a", "v1")));
    prober.want(Set.of(gate("a", "v2")));
    await().atMost(PATIENCE).until(() -> state("a", "v2") instanceof GateState.Held);
    assertThat(asked).containsOnly(Map.entry(gate("a", "v1"), 1), Map.entry(gate("a", "v2"), 1));
    assertThat(state("a", "v1")).as("forgotten").isInstanceOf(GateState.Pending.class);
    assertThat(metrics.get("portcullis.gates").gauge().value()).isEqualTo(1);
    assertThat(metrics.get("portcullis.probes").tag("result", "held").counter().count())
        .isEqualTo(2);
  }

  @Test
  void believesInAFailureWhenItComesTwice() {
    outcomes.put(gate("a", "v1"), NO_GATE);
    prober.want(Set.of(gate("a", "v1")));
    await().atMost(PATIENCE).until(() -> asked.getOrDefault(gate("a", "v1"), 0) == 1);
    assertThat(state("a", "v1")).isInstanceOf(GateState.Pending.class);
    assertThat(changes).hasValue(0);
    await().atMost(PATIENCE).until(() -> state("a", "v1").equals(new GateState.Failed(NO_GATE)));
    assertThat(asked).containsEntry(gate("a", "v1"), 2);

    outcomes.clear();
    await().atMost(PATIENCE).until(() -> state("a", "v1") instanceof GateState.Held);
    assertThat(changes).hasValue(2);
  }

  @Test
  void survivesAProbeThatFailsInside() {
    try (Prober broken =
        new Prober(
            _ -> {
              throw new IllegalStateException("by the test");
            },
            changes::incrementAndGet,
            timer,
            new SimpleMeterRegistry())) {
      broken.want(Set.of(gate("a", "v1")));
      await()
          .atMost(PATIENCE)
          .until(() ->
              broken.states(Set.of(gate("a", "v1"))).get(gate("a", "v1"))
                  instanceof GateState.Failed);
    }
  }

  @Test
  void asksManyAtATimeAndNotAll() {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Semaphore go = new Semaphore(0);
    Set<Gate> many = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      many.add(gate("pod-" + i, "v1"));
    }
    try (Prober slow =
        new Prober(
            _ -> {
              most.accumulateAndGet(now.incrementAndGet(), Math::max);
              go.acquireUninterruptibly();
              now.decrementAndGet();
              return new ProbeOutcome.Held();
            },
            changes::incrementAndGet,
            timer,
            new SimpleMeterRegistry())) {
      slow.want(many);
      await().atMost(PATIENCE).until(() -> now.get() == 64);
      go.release(500);
      await()
          .atMost(PATIENCE)
          .until(
              () -> slow.states(many).values().stream().allMatch(GateState.Held.class::isInstance));
      assertThat(most).hasValue(64);
    }
  }

  private GateState state(String pod, String version) {
    return prober.states(Set.of(gate(pod, version))).values().iterator().next();
  }

  private static Gate gate(String pod, String version) {
    return new Gate(
        new PodName("shop", pod, "uid-" + pod),
        "127.0.0.1",
        new SpiffeId("cluster.local", "shop", "orders"),
        8080,
        20_000,
        OptionalInt.empty(),
        true,
        RouteId.of("shop", "orders", null),
        version);
  }
}
