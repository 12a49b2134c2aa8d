// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.policy.plan.Allowance;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signatures that take long, in the process as it runs: one event loop, one connection, and as many
 * computing threads as there are processors.
 */
@Timeout(60)
final class WaitingChecksTest {
  private static final int THREADS = Runtime.getRuntime().availableProcessors();
  private static final int PLACES = THREADS + 3;
  private static final Duration LONG = Duration.ofSeconds(20);

  private TestIssuer issuer;
  private RunningServer server;
  private Client client;
  private int tokens;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(List.of(Plans.withIssuer("shop/orders", issuer.uri())), List.of()));
    server =
        RunningServer.start(
            TestConfig.of(directory).streams(200).maxWaiting(PLACES).make(),
            StandardEngine::make,
            _ -> {});
    client = new Client(server.grpcPort());
    CheckRequest first = freshToken();
    await().atMost(LONG).until(() -> Client.status(client.check(first)) == 200);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    issuer.close();
  }

  /** A check with a token that was never seen. */
  private CheckRequest freshToken() throws Exception {
    CheckRequest.Builder check =
        Checks.of(
            "shop/orders",
            "/orders",
            "authorization",
            "Bearer " + issuer.token("subject-" + ++tokens))
            .toBuilder();
    // Another request: what is asked about the same one again is charged once.
    check.getAttributesBuilder().getRequestBuilder().getHttpBuilder().setId("request-" + tokens);
    return check.build();
  }

  private List<ListenableFuture<CheckResponse>> askFresh(int count) throws Exception {
    List<ListenableFuture<CheckResponse>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(client.ask(freshToken(), LONG));
    }
    return answers;
  }

  private static int status(Future<CheckResponse> answer) throws Exception {
    return Client.status(answer.get(20, TimeUnit.SECONDS));
  }

  private double metric(String name) throws IOException, InterruptedException {
    return Client.get(server.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void knownTokensDoNotWaitForSlowSignatures() throws Exception {
    CheckRequest known = freshToken();
    assertThat(Client.status(client.check(known))).isEqualTo(200);
    double waited = metric("portcullis_checks_waited_total");
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      List<ListenableFuture<CheckResponse>> slow = askFresh(PLACES);
      List<ListenableFuture<CheckResponse>> quick = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        quick.add(client.ask(known, LONG));
      }
      for (Future<CheckResponse> each : quick) {
        assertThat(status(each)).isEqualTo(200);
      }
      assertThat(slow).as("answered after all that were asked later").noneMatch(Future::isDone);
      open.countDown();
      for (Future<CheckResponse> each : slow) {
        assertThat(status(each)).isEqualTo(200);
      }
    }
    assertThat(metric("portcullis_checks_waited_total") - waited).isEqualTo(PLACES);
    assertThat(metric("portcullis_checks_waiting")).isZero();
  }

  @Test
  void refusesWhoFindsNoPlace() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      List<ListenableFuture<CheckResponse>> admitted = askFresh(PLACES);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == PLACES);
      for (Future<CheckResponse> each : askFresh(4)) {
        assertThat(status(each)).isEqualTo(503);
      }
      assertThat(metric("portcullis_checks_turned_away_total")).isEqualTo(4);
      open.countDown();
      for (Future<CheckResponse> each : admitted) {
        assertThat(status(each)).isEqualTo(200);
      }
    }
  }

  @Test
  void refusesWhoWaitsTooLong() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      // Their own time-out is longer than any check may wait.
      for (Future<CheckResponse> each : askFresh(PLACES)) {
        assertThat(status(each)).isEqualTo(503);
      }
      await().atMost(LONG).until(() -> metric("portcullis_checks_overdue_total") == PLACES);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == THREADS);
      open.countDown();
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == 0);
    }
    assertThat(status(client.ask(freshToken(), LONG))).isEqualTo(200);
  }

  @Test
  void givesThePlaceOfWhoIsGoneToOthers() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      List<ListenableFuture<CheckResponse>> gone = askFresh(PLACES);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == PLACES);
      gone.forEach(each -> each.cancel(true));
      await().atMost(LONG).until(() -> metric("portcullis_checks_abandoned_total") == PLACES);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == THREADS);
      List<ListenableFuture<CheckResponse>> others = askFresh(PLACES - THREADS);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == PLACES);
      open.countDown();
      for (Future<CheckResponse> each : others) {
        assertThat(status(each)).isEqualTo(200);
      }
    }
    assertThat(metric("portcullis_internal_errors_total")).isZero();
  }

  /** Envoy tells of the ends of requests that it knows to be let in, and of no others. */
  @Test
  void whoIsGoneIsUnderWayNoMore() throws Exception {
    int atOnce = PLACES;
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(
                List.of(
                    Plans.withLimit(
                        Plans.withIssuer("shop/orders", issuer.uri()),
                        new Allowance.Concurrency(atOnce))),
                List.of()));
    CheckRequest known = freshToken();
    await()
        .atMost(LONG)
        .until(() -> client.check(known).getDynamicMetadata().containsFields("reservations"));
    double before = metric("portcullis_limiter_reservations");
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      // All others are taken by those who wait; of them some are worked on.
      List<ListenableFuture<CheckResponse>> gone = askFresh(atOnce - (int) before);
      await().atMost(LONG).until(() -> metric("portcullis_limiter_reservations") == atOnce);
      assertThat(status(client.ask(freshToken(), LONG))).isEqualTo(429);
      gone.forEach(each -> each.cancel(true));
      await()
          .atMost(LONG)
          .until(() -> metric("portcullis_limiter_reservations") <= before + THREADS);
      open.countDown();
      await().atMost(LONG).until(() -> metric("portcullis_limiter_reservations") == before);
    }
    assertThat(status(client.ask(freshToken(), LONG))).isEqualTo(200);
    assertThat(metric("portcullis_internal_errors_total")).isZero();
  }

  @Test
  void refusesWhenVerifyingFails() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (SlowSignatures _ =
        SlowSignatures.install(() -> {
          if (calls.getAndIncrement() % 2 == 0) {
            throw new IllegalStateException("broken");
          }
          throw new LinkageError("broken");
        })) {
      for (Future<CheckResponse> each : askFresh(PLACES)) {
        assertThat(status(each)).isEqualTo(503);
      }
    }
    assertThat(calls.get()).isEqualTo(PLACES);
    assertThat(status(client.ask(freshToken(), LONG))).as("the threads live").isEqualTo(200);
  }

  @Test
  void answersWhoWaitsBeforeItStops() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    try (SlowSignatures _ = SlowSignatures.install(() -> hold(open))) {
      List<ListenableFuture<CheckResponse>> waiting = askFresh(PLACES);
      await().atMost(LONG).until(() -> metric("portcullis_checks_waiting") == PLACES);
      Thread closing = Thread.ofPlatform().start(server::close);
      open.countDown();
      for (Future<CheckResponse> each : waiting) {
        assertThat(status(each)).isEqualTo(200);
      }
      assertThat(closing.join(LONG)).isTrue();
    }
  }

  private static void hold(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
