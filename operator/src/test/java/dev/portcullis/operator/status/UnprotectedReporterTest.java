// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.fleet.PodName;
import dev.portcullis.fleet.UnprotectedPod;
import dev.portcullis.fleet.UnprotectedPod.Reason;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each workload is told of once, and all of its pods are counted. */
final class UnprotectedReporterTest {
  private final List<String> events = new ArrayList<>();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final Moving clock = new Moving();
  private final UnprotectedReporter reporter =
      new UnprotectedReporter(
          (about, reason, message) -> events.add(about.getName() + " " + reason + ": " + message),
          clock,
          metrics);

  @Test
  void tellsOnceOfEachWorkload() {
    List<UnprotectedPod> pods =
        List.of(
            pod("shop", "orders-1", "orders", Reason.NO_SIDECAR),
            pod("shop", "orders-2", "orders", Reason.NO_SIDECAR),
            pod("shop", "carts-1", "carts", Reason.NO_POLICY));
    reporter.report(pods);
    assertThat(events).as("it may be mended in a moment").isEmpty();
    clock.forward();
    reporter.report(pods);
    reporter.report(pods);
    assertThat(events)
        .containsExactly(
            "carts-1 NoPolicy: no ApiPolicy speaks for ports of a pod of Deployment shop/carts,"
                + " so that requests pass unasked; target it with one, or close them by other"
                + " means if they do not carry HTTP",
            "orders-1 NoSidecar: requests reach 2 pods of Deployment shop/orders without a"
                + " sidecar; restart it, so that its pods get one");
    assertThat(count("shop", "NoSidecar")).isEqualTo(2);
    assertThat(count("shop", "NoPolicy")).isEqualTo(1);
  }

  @Test
  void tellsAgainAfterItWasMended() {
    List<UnprotectedPod> pods = List.of(pod("shop", "a", "orders", Reason.NO_POLICY));
    reporter.report(pods);
    clock.forward();
    reporter.report(pods);
    reporter.report(List.of());
    assertThat(metrics.find("portcullis.unprotected.pods").gauges()).isEmpty();
    reporter.report(pods);
    assertThat(events).hasSize(1);
    clock.forward();
    reporter.report(pods);
    assertThat(events).hasSize(2);
  }

  @Test
  void staysWithinBounds() {
    List<UnprotectedPod> pods = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      pods.add(pod("n" + i, "a", "orders", Reason.NO_SIDECAR));
    }
    reporter.report(pods);
    clock.forward();
    reporter.report(pods);
    reporter.report(pods);
    assertThat(events).hasSize(50);
    clock.forward();
    reporter.report(pods);
    assertThat(events).hasSize(100).doesNotHaveDuplicates();
    assertThat(metrics.find("portcullis.unprotected.pods").gauges()).hasSize(201);
    assertThat(count("other", "NoSidecar")).isEqualTo(300);
  }

  @Test
  void tellsOnceOfHundredsOfPods() {
    List<UnprotectedPod> pods = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      pods.add(pod("shop", "orders-" + i, "orders", Reason.NO_POLICY));
    }
    for (int i = 0; i < 5; i++) {
      reporter.report(pods);
      clock.forward();
    }
    assertThat(events).singleElement().asString().contains("500 pods of Deployment shop/orders");
    assertThat(count("shop", "NoPolicy")).isEqualTo(500);
  }

  private double count(String namespace, String reason) {
    Gauge gauge =
        metrics
            .get("portcullis.unprotected.pods")
            .tag("namespace", namespace)
            .tag("reason", reason)
            .gauge();
    return gauge.value();
  }

  private static UnprotectedPod pod(
      String namespace, String name, String deployment, Reason reason) {
    return new UnprotectedPod(
        new PodName(namespace, name, "uid-" + name),
        reason,
        "Deployment " + namespace + "/" + deployment,
        Set.of());
  }

  /** Moves when it is told to. */
  private static final class Moving extends Clock {
    private Instant now = Instant.EPOCH;

    void forward() {
      now = now.plus(UnprotectedReporter.PATIENCE);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
