// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.portcullis.operator.leader.LeaseLeadership;
import dev.portcullis.operator.leader.LeaseTimes;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Candidates for one Lease on a real API server, with the operator's own rights. */
class LeadershipIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final LeaseTimes TIMES =
      new LeaseTimes(Duration.ofSeconds(4), Duration.ofSeconds(2), Duration.ofMillis(300));
  private static Cluster cluster;
  private static Path kubeconfig;
  private final MeterRegistry metrics = new SimpleMeterRegistry();

  @BeforeAll
  static void startCluster() {
    cluster = new Cluster();
    kubeconfig = cluster.operatorKubeconfig();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void deleteTheLease() {
    cluster.api.kubectl("-n", "portcullis-system", "delete", "lease", "--all").orThrow();
  }

  @Test
  void whoClosesGivesTheLeaseUpAndAnotherTakesItAtItsNextLook() {
    try (KubernetesClient client = KubernetesAccess.impatientClient(kubeconfig)) {
      LeaseLeadership one = candidate(client, "one", TIMES);
      AtomicInteger terms = new AtomicInteger();
      one.listen(terms::incrementAndGet);
      assertThat(one.leads()).isFalse();
      one.campaign();
      await().atMost(PATIENCE).until(one::leads);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(terms).hasValue(1));
      assertThat(metrics.get("portcullis.leader").gauge().value()).isEqualTo(1);
      // Longer than a test would wait for a lease that was not given up.
      LeaseTimes patient =
          new LeaseTimes(Duration.ofSeconds(60), Duration.ofSeconds(50), Duration.ofMillis(300));
      try (LeaseLeadership two = candidate(client, "two", patient)) {
        two.campaign();
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !two.leads());
        assertThat(one.leads()).as("renewed while another waits").isTrue();
        one.close();
        assertThat(one.leads()).isFalse();
        assertThat(metrics.get("portcullis.leader").gauge().value()).isZero();
        await().atMost(PATIENCE).until(two::leads);
        assertThat(field("{.spec.holderIdentity} {.spec.leaseTransitions}")).isEqualTo("two 1");
      }
      assertThat(field("{.spec.holderIdentity}")).isEmpty();
    }
  }

  @Test
  void aLeaderThatHearsNothingStopsBeforeAnotherBeginsAndComesBackWhenItCan() throws Exception {
    try (KubernetesClient client = KubernetesAccess.impatientClient(kubeconfig);
        LeaseLeadership one = candidate(client, "one", TIMES)) {
      one.campaign();
      await().atMost(PATIENCE).until(one::leads);
      AtomicInteger terms = new AtomicInteger();
      one.listen(terms::incrementAndGet);
      cluster.api.process().freeze();
      try {
        Instant frozen = Instant.now();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(50)).until(() -> !one.leads());
        assertThat(Duration.between(frozen, Instant.now())).isLessThan(TIMES.lease());
      } finally {
        cluster.api.process().thaw();
      }
      await().atMost(PATIENCE).until(one::leads);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(terms).hasPositiveValue());
    }
  }

  @Test
  void aLeaseWhoseHolderIsGoneIsTakenWhenItHasRunOut() throws Exception {
    try (KubernetesClient client = KubernetesAccess.impatientClient(kubeconfig)) {
      cluster
          .api
          .kubectlReading(
              """
              apiVersion: coordination.k8s.io/v1
              kind: Lease
              metadata: {name: portcullis-operator, namespace: portcullis-system}
              spec:
                holderIdentity: gone
                leaseDurationSeconds: 4
                acquireTime: "2020-01-01T00:00:00.000000Z"
                renewTime: "2020-01-01T00:00:00.000000Z"
                leaseTransitions: 7
              """,
              "apply",
              "-f",
              "-")
          .orThrow();
      try (LeaseLeadership one = candidate(client, "one", TIMES)) {
        Instant begun = Instant.now();
        one.campaign();
        await().atMost(PATIENCE).until(one::leads);
        assertThat(Duration.between(begun, Instant.now()))
            .as("what the holder's clock says is not trusted")
            .isGreaterThanOrEqualTo(TIMES.lease());
        assertThat(field("{.spec.leaseTransitions}")).isEqualTo("8");
      }
    }
  }

  @Test
  void mayNotTouchAnotherLease() {
    cluster
        .api
        .kubectlReading(
            """
            apiVersion: coordination.k8s.io/v1
            kind: Lease
            metadata: {name: other, namespace: portcullis-system}
            """,
            "apply",
            "-f",
            "-")
        .orThrow();
    try (KubernetesClient client = KubernetesAccess.impatientClient(kubeconfig)) {
      assertThat(
              catchThrowable(
                  () -> client.leases().inNamespace("portcullis-system").withName("other").get()))
          .hasMessageContaining("forbidden");
    }
  }

  private LeaseLeadership candidate(KubernetesClient client, String name, LeaseTimes times) {
    return new LeaseLeadership(
        client,
        "portcullis-system",
        name,
        times,
        Clock.systemUTC(),
        name.equals("one") ? metrics : new SimpleMeterRegistry());
  }

  private static String field(String path) {
    return cluster
        .api
        .kubectl(
            "-n",
            "portcullis-system",
            "get",
            "lease",
            "portcullis-operator",
            "-o",
            "jsonpath=" + path)
        .orThrow()
        .strip();
  }
}
