// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The reference page says what the code does; -Dgolden.update=true rewrites it. */
final class MetricsReferenceTest {
  private static final Path PAGE =
      Path.of(System.getProperty("portcullis.home", ".."), "docs/reference/metrics.md");

  @Test
  void thePageListsEveryMetric() throws IOException {
    String wanted = page();
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, wanted);
    }
    assertThat(PAGE).exists();
    assertThat(Files.readString(PAGE)).isEqualTo(wanted);
  }

  @Test
  void everyMetricIsScrapedUnderItsName() {
    ServerMetrics metrics = new ServerMetrics(new DecisionCounters(), new RouteDirectory(), 10);
    for (Metric metric : plain()) {
      metrics.show(metric, () -> 1);
    }
    String text = metrics.scrape();
    assertThat(plain())
        .allSatisfy(metric -> assertThat(text).contains("\n" + metric.metricName() + " 1.0"));
    assertThat(text)
        .contains("portcullis_decisions_total{outcome=\"allow\",reason=\"NONE\"} 0")
        .contains("portcullis_decision_seconds_bucket{le=\"8.192E-6\"} 0");
    metrics.close();
  }

  private static List<Metric> plain() {
    return Arrays.stream(Metric.values())
        .filter(metric -> metric.labels().isEmpty() && metric.type() != Metric.Type.HISTOGRAM)
        .toList();
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Metrics of the decision service

            At `http://ADMIN/metrics`, in Prometheus' text format. Made from `Metric.java`; the build fails when they differ.
            Those of the JVM (`jvm_*`, `process_*`, `system_*`) are Micrometer's.

            | metric | type | labels | what |
            |---|---|---|---|
            """);
    for (Metric metric : Metric.values()) {
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(
                  metric.metricName(),
                  metric.type().name().toLowerCase(Locale.ROOT),
                  metric.labels().isEmpty() ? "–" : "`" + metric.labels() + "`",
                  metric.help()));
    }
    return page.toString();
  }
}
