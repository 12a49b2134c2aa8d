// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.rpc.Code;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.PolicyRef;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

// Reads the field that answers must set, which is deprecated for those who have a choice.
@SuppressWarnings("deprecation")
final class CheckResponseWriterTest {
  private static final RuleRef BY =
      new RuleRef(Phase.AUTHORIZATION, new PolicyRef("ApiPolicy", "shop", "orders"), "read");
  private static final Headers HTTP = Headers.of("content-type", "application/json");
  private static final Headers GRPC = Headers.of("content-type", "application/grpc+proto");

  private static final long NOW = 1_800_000_000;

  private final CheckResponseWriter writer =
      new CheckResponseWriter(new Tickets(), () -> Instant.ofEpochSecond(NOW, 250_000_000));

  @Test
  void noAnswerIsEverEmpty() {
    // Envoy takes an empty answer, and a status that is left out, for a pass.
    List<CheckResponse> answers =
        Stream.concat(
                Stream.of(undecided("u1"), write(allowed(), HTTP)),
                Stream.of(DenyReason.values()).map(reason -> write(denied(reason), HTTP)))
            .toList();
    assertThat(answers)
        .allSatisfy(answer -> {
          assertThat(answer).isNotEqualTo(CheckResponse.getDefaultInstance());
          assertThat(answer.hasStatus()).isTrue();
          assertThat(answer.hasOkResponse()).isEqualTo(answer.getStatus().getCode() == 0);
          assertThat(answer.hasDeniedResponse()).isEqualTo(answer.getStatus().getCode() != 0);
        });
  }

  @Test
  void everyHeaderSaysThatItOverwrites() {
    assertThat(ok(write(allowed(), HTTP)).getHeadersList())
        .isNotEmpty()
        .allSatisfy(CheckResponseWriterTest::overwrites);
    assertThat(ok(write(allowed(), HTTP)).getResponseHeadersToAddList())
        .isNotEmpty()
        .allSatisfy(CheckResponseWriterTest::overwrites);
    assertThat(write(denied(DenyReason.BOT), GRPC).getDeniedResponse().getHeadersList())
        .isNotEmpty()
        .allSatisfy(CheckResponseWriterTest::overwrites);
    assertThat(undecided("u1").getDeniedResponse().getHeadersList())
        .isNotEmpty()
        .allSatisfy(CheckResponseWriterTest::overwrites);
  }

  @Test
  void allowsWithItsHeaders() {
    OkHttpResponse response = ok(write(allowed(), HTTP));
    assertThat(value(response.getHeadersList(), "x-user-id")).isEqualTo("alice");
    assertThat(response.getHeadersToRemoveList()).containsExactly("x-api-key");
    assertThat(value(response.getResponseHeadersToAddList(), "ratelimit")).isEqualTo("a, b");
  }

  @ParameterizedTest
  @EnumSource(DenyReason.class)
  void refusesWithAProblemDocument(DenyReason reason) {
    CheckResponse answer = write(denied(reason), HTTP);
    DeniedHttpResponse response = answer.getDeniedResponse();
    assertThat(answer.getStatus().getCode()).isEqualTo(reason.grpcStatus()).isNotZero();
    assertThat(response.getStatus().getCodeValue()).isEqualTo(reason.httpStatus());
    assertThat(value(response.getHeadersList(), "content-type"))
        .isEqualTo("application/problem+json");
    assertThat(value(response.getHeadersList(), "x-portcullis-acted")).isEqualTo("refused");
    assertThat(response.getBody())
        .isEqualTo(
            ("{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d,"
                    + "\"detail\":\"No \\\"way\\\".\",\"decisionId\":\"01ABC\"}")
                .formatted(reason.problemType(), reason.title(), reason.httpStatus()));
  }

  @Test
  void refusesGrpcCallersInTheirOwnTerms() {
    DeniedHttpResponse response = write(denied(DenyReason.RATE_LIMITED), GRPC).getDeniedResponse();
    assertThat(value(response.getHeadersList(), "grpc-status")).isEqualTo("8");
    assertThat(value(response.getHeadersList(), "grpc-message")).isEqualTo("No \"way\".");
    assertThat(value(response.getHeadersList(), "x-portcullis-decision-id")).isEqualTo("01ABC");
    assertThat(value(response.getHeadersList(), "x-portcullis-acted")).isEqualTo("refused");
    assertThat(response.getBody()).isEmpty();
  }

  @Test
  void joinsChallengesBecauseEachLineOverwritesTheLast() {
    List<HeaderValueOption> headers =
        write(denied(DenyReason.CREDENTIALS_MISSING), HTTP).getDeniedResponse().getHeadersList();
    assertThat(value(headers, "www-authenticate")).isEqualTo("Bearer realm=\"a\", ApiKey");
  }

  @Test
  void saysInMetadataWhatWasDecided() {
    Struct allow = write(allowed(), HTTP).getDynamicMetadata();
    assertThat(text(allow, "route")).isEqualTo("shop/orders");
    assertThat(text(allow, "outcome")).isEqualTo("allow");
    assertThat(text(allow, "policy")).isEqualTo("ApiPolicy shop/orders");
    assertThat(text(allow, "rule")).isEqualTo("read");
    assertThat(allow.getFieldsOrThrow("bot_score").getNumberValue()).isEqualTo(12);
    Struct deny = write(denied(DenyReason.RULE_DENIED), HTTP).getDynamicMetadata();
    assertThat(text(deny, "outcome")).isEqualTo("deny");
    assertThat(text(deny, "reason")).isEqualTo("RULE_DENIED");
    assertThat(text(deny, "decision_id")).isEqualTo("01ABC");
  }

  @Test
  void anUndecidedRequestIsRefusedWith503() {
    CheckResponse answer = undecided("undecided-1");
    assertThat(answer.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
    assertThat(answer.getDeniedResponse().getBody()).contains("undecided-1");
  }

  private static void overwrites(HeaderValueOption header) {
    assertThat(header.hasAppend()).isTrue();
    assertThat(header.getAppend().getValue()).isFalse();
  }

  private static OkHttpResponse ok(CheckResponse answer) {
    return answer.getOkResponse();
  }

  private static String value(List<HeaderValueOption> headers, String name) {
    List<String> values =
        headers.stream()
            .filter(header -> header.getHeader().getKey().equals(name))
            .map(header -> header.getHeader().getValue())
            .toList();
    assertThat(values).as(name).hasSize(1);
    return values.getFirst();
  }

  private static String text(Struct struct, String field) {
    return struct.getFieldsOrThrow(field).getStringValue();
  }

  private static Decision allowed() {
    return decision(null, List.of(field("ratelimit", "a"), field("ratelimit", "b")));
  }

  private static Decision denied(DenyReason reason) {
    return decision(
        new Refusal(reason, BY, "No \"way\".", "internal"),
        List.of(
            field("www-authenticate", "Bearer realm=\"a\""), field("www-authenticate", "ApiKey")));
  }

  private static HeaderField field(String name, String value) {
    return new HeaderField(name, value);
  }

  private static Decision decision(@Nullable Refusal refusal, List<HeaderField> responseHeaders) {
    return decision(refusal, responseHeaders, Identity.NO_END);
  }

  private static Decision decision(
      @Nullable Refusal refusal, List<HeaderField> responseHeaders, long validUntil) {
    return decision(refusal, responseHeaders, validUntil, null);
  }

  private static Decision decision(
      @Nullable Refusal refusal,
      List<HeaderField> responseHeaders,
      long validUntil,
      @Nullable Delay delay) {
    return new Decision(
        "01ABC",
        "shop/orders",
        refusal,
        BY,
        List.of(field("x-user-id", "alice")),
        List.of("x-api-key"),
        responseHeaders,
        List.of(),
        List.of(),
        new BotScore(12, List.of()),
        null,
        validUntil,
        IpAddress.parse("192.0.2.7"),
        delay,
        AuditSpec.refusalsOnly(),
        List.of(),
        List.of(),
        null,
        null);
  }

  @ParameterizedTest
  @CsvSource({
    "upgrade,      websocket,                          60,      59750",
    "content-type, application/grpc,                   60,      59750",
    "content-type, application/grpc+proto,             1,       750",
    "accept,       'text/html, Text/Event-Stream;q=1', 60,      59750",
    // Accepted in its last second, and decided after it.
    "upgrade,      websocket,                          0,       1",
    "upgrade,      websocket,                          -5,      1",
    // Longer than Envoy can count: no bound.
    "upgrade,      websocket,                          2592000, ",
    "content-type, application/json,                   60,      ",
    "accept,       text/html,                          60,      "
  })
  void aStreamEndsWithTheCredentialThatOpenedIt(
      String name, String value, long seconds, @Nullable String millis) {
    Decision allowed = decision(null, List.of(), NOW + seconds);
    assertThat(lifetimes(write(allowed, Headers.of(name, value))))
        .isEqualTo(millis == null ? List.of() : List.of(millis));
  }

  @Test
  void aStreamIsNotBoundByACredentialWithoutAnEnd() {
    assertThat(lifetimes(write(allowed(), Headers.of("upgrade", "websocket")))).isEmpty();
  }

  /** Envoy counts a stream's life from when it passes the request on. */
  @Test
  void aStreamThatIsHeldEndsNoLater() {
    Decision held = decision(null, List.of(), NOW + 60, new Delay(BY, 1500));
    assertThat(lifetimes(write(held, Headers.of("upgrade", "websocket")))).containsExactly("58250");
  }

  @Test
  void saysHowLongARequestIsHeldAndOverwritesWhatAClientSays() {
    CheckResponse held =
        write(decision(null, List.of(), Identity.NO_END, new Delay(BY, 250)), HTTP);
    assertThat(held.getOkResponse().getHeadersList())
        .filteredOn(each -> each.getHeader().getKey().equals(CheckNames.DELAY_HEADER))
        .singleElement()
        .satisfies(each -> {
          assertThat(each.getHeader().getValue()).isEqualTo("250");
          assertThat(each.hasAppend()).isTrue();
          assertThat(each.getAppend().getValue()).isFalse();
        });
    assertThat(held.getDynamicMetadata().getFieldsOrThrow("delay_ms").getNumberValue())
        .isEqualTo(250);
    assertThat(write(allowed(), HTTP).toString())
        .doesNotContain(CheckNames.DELAY_HEADER, "delay_ms");
  }

  private static List<String> lifetimes(CheckResponse answer) {
    return answer.getOkResponse().getHeadersList().stream()
        .filter(each -> each.getHeader().getKey().equals("x-envoy-upstream-stream-duration-ms"))
        .map(each -> each.getHeader().getValue())
        .toList();
  }

  private CheckResponse write(Decision decision, Headers request) {
    return parsed(writer.write(decision, request));
  }

  private CheckResponse undecided(String decisionId) {
    return parsed(writer.undecided(decisionId));
  }

  private static CheckResponse parsed(EncodedMessage answer) {
    try {
      return CheckResponse.parseFrom(answer.toBuffer());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
