// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.codec.probe.ProbeQuestion;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.Checks;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.TestEngine;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.extauthz.wire.EncodedMessage;
import dev.portcullis.policy.plan.SecretMaterial;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes are refused and answered; what only looks like one is decided as usual. */
final class ProbeResponderTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final ProbeKey KEY = ProbeKey.of(SecretMaterial.of(new byte[ProbeKey.BYTES]));
  private static final String OPERATOR = "spiffe://cluster.local/ns/portcullis-system/sa/operator";

  private final Seen seen = new Seen();
  private final WaitingRoom room = new WaitingRoom(1, 1);
  private final AuthorizationService service = service();

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void refusesAProbeOfWhatWouldBeAllowed() throws Exception {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    CheckRequest.Builder check = Checks.of("shop/orders", question.path(List.of(KEY))).toBuilder();
    check.getAttributesBuilder().getSourceBuilder().setPrincipal(OPERATOR);
    CheckResponse response = answer(check.build());
    assertThat(response.getStatus().getCode()).isEqualTo(7);
    assertThat(response.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(403);
    assertThat(said(response, question))
        .isEqualTo(new ProbeAnswer("shop/orders", "version-of-orders", OPERATOR));
    assertThat(seen.probes).isEqualTo(1);
    assertThat(seen.decisions).as("no decision, so no charge, no log, no count").isEmpty();
  }

  @Test
  void saysThatThereIsNoSuchRoute() throws Exception {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    CheckResponse response = answer(Checks.of("shop/carts", question.path(List.of(KEY))));
    assertThat(said(response, question)).isEqualTo(new ProbeAnswer("shop/carts", "", ""));
  }

  @Test
  void decidesAsUsualWhatOnlyLooksLikeAProbe() throws Exception {
    byte[] other = new byte[ProbeKey.BYTES];
    other[0] = 1;
    List<ProbeKey> forger = List.of(ProbeKey.of(SecretMaterial.of(other)));
    List<String> paths =
        List.of(
            ProbeQuestion.at(NOW).path(forger),
            ProbeQuestion.at(NOW.minusSeconds(60)).path(List.of(KEY)),
            ProbeQuestion.PREFIX,
            ProbeQuestion.PREFIX + "x".repeat(8_000));
    for (String path : paths) {
      CheckResponse response = answer(Checks.of("shop/orders", path, ProbeAnswer.HEADER, "x"));
      assertThat(response.hasOkResponse()).as(path).isTrue();
    }
    assertThat(seen.probes).isZero();
    assertThat(seen.decisions).hasSize(paths.size());
  }

  @Test
  void tellsNobodyOfARouteThatIsNotTheirs() throws Exception {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    byte[] check = Checks.of("shop/orders", question.path(List.of(KEY))).toByteArray();
    CheckResponse response = answer(Caller.NOBODY, check);
    assertThat(response.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
    assertThat(headers(response)).doesNotContainKey(ProbeAnswer.HEADER);
  }

  private AuthorizationService service() {
    TestEngine engine = new TestEngine();
    engine.replace(List.of(Plans.open("shop/orders")));
    return new AuthorizationService(
        engine,
        new CheckRequestReader(() -> NOW),
        new ProbeResponder(
            () -> List.of(KEY),
            route -> route.equals("shop/orders") ? "version-of-orders" : null,
            () -> NOW),
        new CheckResponseWriter(new Tickets()),
        seen,
        _ -> {},
        room);
  }

  private CheckResponse answer(CheckRequest check) throws Exception {
    return answer(Caller.ANYBODY, check.toByteArray());
  }

  /** What {@code check} answers before it returns. */
  private CheckResponse answer(Caller caller, byte[] check) throws Exception {
    List<EncodedMessage> answers = new ArrayList<>();
    service.check(
        caller,
        check,
        new StreamObserver<>() {
          @Override
          public void onNext(EncodedMessage message) {
            answers.add(message);
          }

          @Override
          public void onError(Throwable cause) {
            throw new AssertionError(cause);
          }

          @Override
          public void onCompleted() {}
        });
    assertThat(answers).hasSize(1);
    return CheckResponse.parseFrom(answers.getFirst().toBuffer());
  }

  private static ProbeAnswer said(CheckResponse response, ProbeQuestion question) {
    String header = headers(response).getOrDefault(ProbeAnswer.HEADER, "");
    return ProbeAnswer.in(header, question, List.of(KEY)).orElseThrow();
  }

  private static Map<String, String> headers(CheckResponse response) {
    return response.getDeniedResponse().getHeadersList().stream()
        .collect(
            Collectors.toMap(
                option -> option.getHeader().getKey(), option -> option.getHeader().getValue()));
  }

  /** What was observed. */
  private static final class Seen implements CheckObserver {
    private final List<Decision> decisions = new ArrayList<>();
    private int probes;

    @Override
    public void decided(RequestContext request, Decision decision, long nanos) {
      decisions.add(decision);
    }

    @Override
    public void failed(String id, Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void foreign(String id, String caller, String route) {}

    @Override
    public void probed() {
      probes++;
    }

    @Override
    public void expired(String id) {}

    @Override
    public void overdue(String id) {}
  }
}
