// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.overload.LoadReport;
import dev.portcullis.extauthz.TestEngine;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine hears of how requests fared. */
class LoadsTest {
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final long MILLI = 1_000_000;

  private final TestEngine engine = new TestEngine();
  private final Loads loads = new Loads(engine);

  private static Duration millis(long millis) {
    return Durations.fromMillis(millis);
  }

  private static HTTPResponseProperties.Builder status(int status) {
    return HTTPResponseProperties.newBuilder().setResponseCode(UInt32Value.of(status));
  }

  private LoadReport heard(
      AccessLogCommon.Builder common, HTTPResponseProperties.Builder response) {
    assertThat(
            loads.hear(
                "shop/orders",
                "2.17",
                HTTPAccessLogEntry.newBuilder()
                    .setCommonProperties(common)
                    .setResponse(response)
                    .build(),
                NOW))
        .isTrue();
    return engine.reports().getLast();
  }

  private static AccessLogCommon.Builder end() {
    return AccessLogCommon.newBuilder()
        .setAccessLogType(AccessLogType.DownstreamEnd)
        .setDuration(millis(1000));
  }

  @Test
  void measuresFromWhenTheServiceHadAllUntilItsAnswerBegan() {
    LoadReport report =
        heard(
            end()
                .setTimeToLastUpstreamTxByte(millis(700))
                .setTimeToFirstUpstreamRxByte(millis(750)),
            status(200));

    assertThat(report)
        .isEqualTo(
            new LoadReport(new LoadMark(2, 17), true, false, 50 * MILLI, NOW - 1000 * MILLI));
  }

  @Test
  void anAnswerBeforeTheRequestWasWholeTookNoTime() {
    assertThat(heard(end().setTimeToFirstUpstreamRxByte(millis(300)), status(200)).tookNanos())
        .isNegative();
    assertThat(
            heard(
                    end()
                        .setTimeToLastUpstreamTxByte(millis(900))
                        .setTimeToFirstUpstreamRxByte(millis(300)),
                    status(200))
                .tookNanos())
        .isZero();
  }

  @Test
  void whoGoesAwayBeforeTheAnswerLeavesTheTimeThatHeWaited() {
    LoadReport report = heard(end().setTimeToLastUpstreamTxByte(millis(100)), status(0));

    assertThat(report.answered()).isFalse();
    assertThat(report.failed()).isFalse();
    assertThat(report.tookNanos()).isEqualTo(900 * MILLI);
  }

  @Test
  void whoNeverSendsAllTellsNothing() {
    LoadReport report = heard(end(), status(0));

    assertThat(report.answered()).isFalse();
    assertThat(report.tookNanos()).isNegative();
  }

  @Test
  void whatGoesOnIsNoFailureYet() {
    AccessLogCommon.Builder periodic = end().setAccessLogType(AccessLogType.DownstreamPeriodic);
    periodic.setTimeToLastUpstreamTxByte(millis(100));

    assertThat(heard(periodic, status(0)).answered()).isFalse();
    assertThat(heard(periodic, status(0)).tookNanos()).isEqualTo(900 * MILLI);
    periodic.setTimeToFirstUpstreamRxByte(millis(150));
    assertThat(heard(periodic, status(503)).answered()).isTrue();
    assertThat(heard(periodic, status(503)).failed()).isFalse();
    assertThat(heard(periodic, status(503)).tookNanos()).isEqualTo(50 * MILLI);
  }

  @ParameterizedTest
  @CsvSource({
    "200, false",
    "302, false",
    "404, false",
    "429, false",
    "499, false",
    "500, true",
    "503, true",
    "504, true"
  })
  void failsByItsStatus(int status, boolean failed) {
    assertThat(heard(end(), status(status)).failed()).isEqualTo(failed);
  }

  @ParameterizedTest
  @CsvSource({"0, false", "5, false", "7, false", "8, false", "4, true", "13, true", "14, true"})
  void grpcFailsByItsOwnStatus(String status, boolean failed) {
    assertThat(heard(end(), status(200).putResponseTrailers("grpc-status", status)).failed())
        .isEqualTo(failed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "1",
        "1.",
        ".1",
        "1.256",
        "256.1",
        "-1.1",
        "1.-1",
        "1.1.1",
        "a.b",
        "0000001.1"
      })
  void whatIsNoMarkIsNotHeard(String text) {
    assertThat(loads.hear("shop/orders", text, HTTPAccessLogEntry.getDefaultInstance(), NOW))
        .isFalse();
    assertThat(engine.reports()).isEmpty();
  }

  @Test
  void marksComeBackAsTheyWere() {
    LoadMark mark = new LoadMark(8, 255);
    assertThat(Loads.write(mark)).isEqualTo("8.255");
    assertThat(Loads.read(Loads.write(mark))).isEqualTo(mark);
  }
}
