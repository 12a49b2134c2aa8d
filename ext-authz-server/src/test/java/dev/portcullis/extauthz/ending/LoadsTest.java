// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
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
  private static final LoadMark MARK = new LoadMark(40_000, 2, 17);

  private final TestEngine engine = new TestEngine();
  private final Loads loads = new Loads(engine);
  private boolean gateway;

  private static Duration millis(long millis) {
    return Durations.fromMillis(millis);
  }

  private static HTTPResponseProperties.Builder status(int status) {
    return HTTPResponseProperties.newBuilder().setResponseCode(UInt32Value.of(status));
  }

  private LoadReport heard(
      AccessLogCommon.Builder common, HTTPResponseProperties.Builder response) {
    int before = engine.reports().size();
    hear(common, response);
    assertThat(engine.reports()).hasSize(before + 1);
    return engine.reports().getLast();
  }

  private void dropped(AccessLogCommon.Builder common, HTTPResponseProperties.Builder response) {
    int before = engine.reports().size();
    hear(common, response);
    assertThat(engine.reports()).hasSize(before);
  }

  private void hear(AccessLogCommon.Builder common, HTTPResponseProperties.Builder response) {
    assertThat(
            loads.hear(
                gateway,
                "shop/orders",
                "40000.2.17",
                HTTPAccessLogEntry.newBuilder()
                    .setCommonProperties(common)
                    .setResponse(response)
                    .build(),
                NOW))
        .isTrue();
  }

  private static AccessLogCommon.Builder end() {
    return AccessLogCommon.newBuilder()
        .setAccessLogType(AccessLogType.DownstreamEnd)
        .setDuration(millis(1000));
  }

  /** As Envoy writes it: without a duration before the request is over. */
  private static AccessLogCommon.Builder periodic(long lasted) {
    return AccessLogCommon.newBuilder()
        .setAccessLogType(AccessLogType.DownstreamPeriodic)
        .setStartTime(Timestamps.fromNanos(NOW - lasted * MILLI));
  }

  @Test
  void measuresFromWhenTheServiceHadAllUntilItsAnswerBegan() {
    LoadReport report =
        heard(
            end()
                .setTimeToLastUpstreamTxByte(millis(700))
                .setTimeToFirstUpstreamRxByte(millis(750)),
            status(200));

    assertThat(report).isEqualTo(new LoadReport(MARK, true, false, 50 * MILLI, NOW - 1000 * MILLI));
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
  void whatHangsIsToldOfForAsLongAsItHangs() {
    for (long lasted = 5_000; lasted <= 60_000; lasted += 5_000) {
      assertThat(heard(periodic(lasted).setTimeToLastUpstreamTxByte(millis(100)), status(0)))
          .isEqualTo(
              new LoadReport(MARK, false, false, (lasted - 100) * MILLI, NOW - lasted * MILLI));
    }
    // Its clock is ahead of ours.
    assertThat(
            heard(periodic(-1_000).setTimeToLastUpstreamTxByte(millis(100)), status(0)).tookNanos())
        .isZero();
  }

  /** However long it goes on, it says nothing about the time after its answer began. */
  @Test
  void anAnswerIsToldOfOnceWhenItHasBegun() {
    AccessLogCommon.Builder first = stream(periodic(5_000));
    assertThat(heard(first, status(200)))
        .isEqualTo(new LoadReport(MARK, true, false, 2_900 * MILLI, NOW - 5_000 * MILLI));
    for (long lasted = 10_000; lasted <= 60_000; lasted += 5_000) {
      dropped(stream(periodic(lasted)), status(200));
    }
    dropped(stream(end().setDuration(millis(62_000))), status(200));
    dropped(
        stream(end().setDuration(millis(62_000))),
        status(200).putResponseTrailers("grpc-status", "14"));
    // It ended before it was told of.
    assertThat(heard(stream(end().setDuration(millis(4_000))), status(200)).answered()).isTrue();
  }

  private static AccessLogCommon.Builder stream(AccessLogCommon.Builder entry) {
    return entry
        .setTimeToLastUpstreamTxByte(millis(100))
        .setTimeToFirstUpstreamRxByte(millis(3_000));
  }

  @Test
  void anAnswerThatGoesOnHasItsStatus() {
    assertThat(heard(stream(periodic(5_000)), status(503)).failed()).isTrue();
    assertThat(heard(stream(periodic(5_000)), status(200)).failed()).isFalse();
  }

  /** A sidecar behind a gateway answers for the service: that is told of by nobody else. */
  @ParameterizedTest
  @CsvSource({"503, refused", "429, refused", "503, undecided", "200, held", "200, held=-1"})
  void whatAGuardDidOnTheWaySaysNothingOfTheService(int status, String what) {
    dropped(
        stream(end().setDuration(millis(3_100))),
        status(status).putResponseHeaders("x-portcullis-acted", what));
  }

  @Test
  void theTimeForWhichASidecarHeldARequestIsNotTheServices() {
    gateway = true;
    LoadReport report =
        heard(
            stream(end().setDuration(millis(3_100))),
            status(500).putResponseHeaders("x-portcullis-acted", "held=2500"));
    assertThat(report)
        .isEqualTo(new LoadReport(MARK, true, true, 400 * MILLI, NOW - 3_100 * MILLI));
  }

  /** Until there is an answer, a sidecar may hold the request, or wait for its own decision. */
  @Test
  void whatHasNoAnswerBehindAGatewayMayBeTheSidecars() {
    gateway = true;
    AccessLogCommon.Builder gone =
        end().setDuration(millis(3_100)).setTimeToLastUpstreamTxByte(millis(100));
    assertThat(heard(gone, status(0)))
        .isEqualTo(new LoadReport(MARK, false, false, 3_000 * MILLI, NOW - 3_100 * MILLI, true));
    assertThat(heard(periodic(5_000).setTimeToLastUpstreamTxByte(millis(100)), status(0)).guarded())
        .isTrue();
    assertThat(heard(gone, status(503)).failed()).isTrue();
    assertThat(heard(stream(periodic(5_000)), status(200)).guarded()).isFalse();
    gateway = false;
    assertThat(heard(gone, status(0)).guarded()).isFalse();
  }

  @Test
  void anEndIsNotToldOfAgainWhereTheAnswerBeganBeforeTheLastLook() {
    // The look after 5 s has told of it.
    dropped(stream(end().setDuration(millis(5_500))), status(200));
    assertThat(
            heard(
                    end()
                        .setDuration(millis(5_500))
                        .setTimeToLastUpstreamTxByte(millis(100))
                        .setTimeToFirstUpstreamRxByte(millis(5_200)),
                    status(200))
                .tookNanos())
        .isEqualTo(5_100 * MILLI);
  }

  /** The log is read late now and then, and clocks differ now and then. */
  @Test
  void beganByEnvoysClockWhereThatAgreesWithOurs() {
    long late = NOW - 1_800 * MILLI;
    AccessLogCommon.Builder common =
        end().setTimeToFirstUpstreamRxByte(millis(900)).setStartTime(Timestamps.fromNanos(late));
    assertThat(heard(common, status(200)).begunAt()).isEqualTo(late);
    common.setStartTime(Timestamps.fromNanos(NOW - 3_600_000 * MILLI));
    assertThat(heard(common, status(200)).begunAt()).isEqualTo(NOW - 1_000 * MILLI);
  }

  /** Envoy answers that a body is too long. */
  @Test
  void anAnswerThatTheServiceDidNotGiveSaysNothingGoodOfIt() {
    assertThat(heard(end(), status(413)).answered()).isFalse();
    assertThat(heard(end(), status(404)).answered()).isFalse();
    assertThat(heard(end(), status(503)).answered()).isTrue();
    assertThat(heard(end(), status(503)).failed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "200, false",
    "302, false",
    "404, false",
    "429, false",
    "499, false",
    "500, true",
    "501, false",
    "502, true",
    "503, true",
    "504, true",
    "505, false"
  })
  void failsByItsStatus(int status, boolean failed) {
    assertThat(heard(end(), status(status)).failed()).isEqualTo(failed);
  }

  @ParameterizedTest
  @CsvSource({
    "0, false",
    "2, false",
    "4, false",
    "5, false",
    "7, false",
    "8, false",
    "13, false",
    "14, true",
    "15, false"
  })
  void grpcFailsByItsOwnStatus(String status, boolean failed) {
    assertThat(heard(end(), status(200).putResponseTrailers("grpc-status", status)).failed())
        .isEqualTo(failed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "1",
        "1.1",
        "1.1.",
        ".1.1",
        "1..1",
        "1.256.1",
        "1.1.65536",
        "65536.1.1",
        "-1.1.1",
        "1.-1.1",
        "1.1.-1",
        "1.1.1.1",
        "a.b.c",
        "00000000000001.1.1"
      })
  void whatIsNoMarkIsNotHeard(String text) {
    assertThat(loads.hear(false, "shop/orders", text, HTTPAccessLogEntry.getDefaultInstance(), NOW))
        .isFalse();
    assertThat(engine.reports()).isEmpty();
  }

  @Test
  void marksComeBackAsTheyWere() {
    LoadMark mark = new LoadMark(65535, 255, 65535);
    assertThat(Loads.write(mark)).isEqualTo("65535.255.65535");
    assertThat(Loads.read(Loads.write(mark))).isEqualTo(mark);
  }
}
