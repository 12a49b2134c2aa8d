// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.ending;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.GivenBack;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.overload.LoadMark;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.extauthz.TestEngine;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.policy.plan.Allowance;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogType;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPResponseProperties;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is given back of what Envoys tell. */
class EndingsTest {
  private static final long NOW = 1_800_000_000_000_000_000L;
  private static final ChargeId ID = new ChargeId(0x0123456789abcdefL, -2);
  private static final String ROUTE = "shop/orders";

  private final InProcessQuotaStore counters = new InProcessQuotaStore(10);
  private final Tickets tickets = new Tickets("a1b2");
  private final TestEngine engine = new TestEngine();
  private long now = NOW;
  private final Endings endings =
      new Endings(
          tickets,
          QuotaStores.alone(counters),
          new Loads(engine),
          () -> Instant.ofEpochSecond(now / 1_000_000_000, now % 1_000_000_000));
  private QuotaLine login;
  private QuotaLine work;

  @BeforeEach
  void charge() throws Exception {
    login =
        new QuotaLine(
            CounterKey.named("shop/orders/login#r", "key", "a"),
            Meter.of(new Allowance.Rate(5, Duration.ofHours(1), 4)),
            1,
            GivenBack.ON_SUCCESS);
    work =
        new QuotaLine(
            CounterKey.named("shop/orders/work#at-once", "key", "a"),
            Meter.of(new Allowance.Concurrency(5)),
            1);
    assertThat(counters.charge(ID, List.of(login, work), NOW))
        .allMatch(state -> state.granted() && state.remaining() == 4);
  }

  private List<Long> remaining() {
    return counters.peek(List.of(login, work), now).stream()
        .map(state -> state.remaining())
        .toList();
  }

  private static HTTPAccessLogEntry entry(
      String route, String text, AccessLogType type, HTTPResponseProperties.Builder response) {
    return entry(Map.of("route", route, "reservations", text), type, response);
  }

  private static HTTPAccessLogEntry entry(
      Map<String, String> fields, AccessLogType type, HTTPResponseProperties.Builder response) {
    Struct.Builder decision = Struct.newBuilder();
    fields.forEach(
        (name, text) -> decision.putFields(name, Value.newBuilder().setStringValue(text).build()));
    return HTTPAccessLogEntry.newBuilder()
        .setCommonProperties(
            AccessLogCommon.newBuilder()
                .setAccessLogType(type)
                .setMetadata(
                    Metadata.newBuilder()
                        .putFilterMetadata("envoy.filters.http.ext_authz", decision.build())))
        .setResponse(response)
        .build();
  }

  private static HTTPResponseProperties.Builder status(int status) {
    return HTTPResponseProperties.newBuilder().setResponseCode(UInt32Value.of(status));
  }

  private String own() {
    return tickets.write(List.of(Reservation.own(ID)));
  }

  @ParameterizedTest
  @CsvSource({
    "200, 5", "204, 5", "302, 5", "101, 5", "400, 4", "401, 4", "429, 4", "503, 4", "0, 4"
  })
  void aSuccessGivesBackWhatCountsFailures(int status, long left) {
    endings.hear(Caller.ANYBODY, entry(ROUTE, own(), AccessLogType.DownstreamEnd, status(status)));

    assertThat(remaining()).containsExactly(left, 5L);
    assertThat(endings.heard()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "7, 4", "16, 4", "00, 4"})
  void grpcSucceedsByItsOwnStatus(String status, long left) {
    HTTPResponseProperties.Builder trailers =
        status(200).putAllResponseTrailers(Map.of("grpc-status", status));

    endings.hear(Caller.ANYBODY, entry(ROUTE, own(), AccessLogType.DownstreamEnd, trailers));

    assertThat(remaining()).containsExactly(left, 5L);
  }

  /** As of a stream that its client cut off. */
  @Test
  void grpcThatSaysNothingHasFailed() {
    HTTPResponseProperties.Builder headers =
        status(200).putAllResponseHeaders(Map.of("content-type", "application/grpc+proto"));

    endings.hear(Caller.ANYBODY, entry(ROUTE, own(), AccessLogType.DownstreamEnd, headers));

    assertThat(remaining()).containsExactly(4L, 5L);
  }

  @Test
  void grpcMaySayItInTheHeaders() {
    HTTPResponseProperties.Builder headers =
        status(200).putAllResponseHeaders(Map.of("grpc-status", "16"));

    endings.hear(Caller.ANYBODY, entry(ROUTE, own(), AccessLogType.DownstreamEnd, headers));

    assertThat(remaining()).containsExactly(4L, 5L);
  }

  @Test
  void whatGoesOnKeepsItsPlace() {
    now = NOW + Duration.ofSeconds(10).toNanos();
    endings.hear(Caller.ANYBODY, entry(ROUTE, own(), AccessLogType.DownstreamPeriodic, status(0)));
    now = NOW + Duration.ofSeconds(20).toNanos();
    assertThat(remaining().getLast()).isEqualTo(4);
    now = NOW + Duration.ofSeconds(26).toNanos();
    assertThat(remaining().getLast()).isEqualTo(5);
    assertThat(endings.heard()).isZero();
  }

  @Test
  void onlyWhoMayAskAboutARouteMayTellOfIt() {
    endings.hear(Caller.NOBODY, entry(ROUTE, own(), AccessLogType.DownstreamEnd, status(200)));

    assertThat(remaining()).containsExactly(4L, 4L);
    assertThat(endings.unreadable()).isEqualTo(1);
  }

  @Test
  void tellsHowARequestFaredForWhichNothingWasCharged() {
    endings.hear(Caller.ANYBODY, loaded(Map.of("route", ROUTE, "load", "7.1.2")));

    assertThat(engine.reports())
        .singleElement()
        .satisfies(report -> {
          assertThat(report.mark()).isEqualTo(new LoadMark(7, 1, 2));
          assertThat(report.failed()).isTrue();
        });
    assertThat(remaining()).containsExactly(4L, 4L);
    assertThat(endings.heard()).isZero();
    assertThat(endings.unreadable()).isZero();
  }

  @Test
  void tellsHowARequestFaredAndGivesBackWhatItWasCharged() {
    endings.hear(
        Caller.ANYBODY, loaded(Map.of("route", ROUTE, "load", "7.1.2", "reservations", own())));

    assertThat(engine.reports()).hasSize(1);
    assertThat(remaining()).containsExactly(4L, 5L);
    assertThat(endings.heard()).isEqualTo(1);
  }

  @Test
  void givesBackWhatWasChargedWhereTheMarkCannotBeRead() {
    endings.hear(
        Caller.ANYBODY, loaded(Map.of("route", ROUTE, "load", "?", "reservations", own())));

    assertThat(engine.reports()).isEmpty();
    assertThat(remaining()).containsExactly(4L, 5L);
    assertThat(endings.unreadable()).isEqualTo(1);
  }

  @Test
  void onlyWhoMayAskAboutARouteMayTellHowItsRequestsFare() {
    endings.hear(Caller.NOBODY, loaded(Map.of("route", ROUTE, "load", "7.1.2")));

    assertThat(engine.reports()).isEmpty();
    assertThat(endings.unreadable()).isEqualTo(1);
  }

  private static HTTPAccessLogEntry loaded(Map<String, String> fields) {
    return entry(fields, AccessLogType.DownstreamEnd, status(503));
  }

  @Test
  void whatAnotherProcessCountsIsLeftToIt() {
    String text = new Tickets("ffff").write(List.of(Reservation.own(ID)));

    endings.hear(Caller.ANYBODY, entry(ROUTE, text, AccessLogType.DownstreamEnd, status(200)));

    assertThat(remaining()).containsExactly(4L, 4L);
    assertThat(endings.elsewhere()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "0123",
        "0123456789abcdeffffffffffffffffe",
        "0123456789abcdeffffffffffffffffe.",
        "0123456789abcdeffffffffffffffffe@",
        "0123456789abcdeffffffffffffffffe@shop/orders,",
        "0123456789abcdefffffffffffffffxe.a1b2",
        "0123456789abcdeffffffffffffffffe#a1b2",
        "0123456789abcdeffffffffffffffffe.a1b2  0123456789abcdeffffffffffffffffe.a1b2",
      })
  void whatIsNoTicketChangesNothing(String text) {
    endings.hear(Caller.ANYBODY, entry(ROUTE, text, AccessLogType.DownstreamEnd, status(200)));

    assertThat(remaining()).containsExactly(4L, 4L);
    assertThat(endings.unreadable()).isEqualTo(1);
  }

  @Test
  void anEntryWithoutAnythingChangesNothing() {
    endings.hear(Caller.ANYBODY, HTTPAccessLogEntry.getDefaultInstance());

    assertThat(endings.unreadable()).isEqualTo(1);
  }

  @Test
  void moreTicketsThanARequestCanHaveAreNone() {
    assertThat(tickets.read((own() + " ").repeat(16) + own())).isNull();
    assertThat(tickets.read((own() + " ").repeat(15) + own())).hasSize(16);
  }

  @Test
  void ticketsComeBackAsTheyWere() {
    List<Reservation> charges =
        List.of(
            Reservation.own(ID),
            new Reservation(new ChargeId(-1, 0), List.of("shop/orders", "platform/base")));

    String text = tickets.write(charges);

    assertThat(text)
        .isEqualTo(
            "0123456789abcdeffffffffffffffffe.a1b2"
                + " ffffffffffffffff0000000000000000@shop/orders,platform/base");
    assertThat(tickets.read(text)).extracting(Tickets.Ticket::charge).isEqualTo(charges);
  }
}
