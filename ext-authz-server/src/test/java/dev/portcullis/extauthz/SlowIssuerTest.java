// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.introspection.TestEndpoint;
import dev.portcullis.policy.plan.SecretMaterial;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An issuer that is slow, away or asked too much, in the process as it runs: one event loop. */
@Timeout(120)
final class SlowIssuerTest {
  private static final int PLACES = 40;
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final SecretMaterial CLIENT = Plans.secret("portcullis");
  private static final SecretMaterial SECRET = Plans.secret("secret");

  private TestEndpoint issuer;
  private RunningServer server;
  private Client client;
  private int tokens;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestEndpoint();
    new PlanDirectory(directory)
        .write(
            new PlanSnapshot(
                List.of(
                    Plans.withIntrospection("shop/orders", issuer.url(), CLIENT, SECRET),
                    Plans.open("shop/open")),
                List.of()),
            List.of(CLIENT, SECRET));
    server =
        RunningServer.start(
            TestConfig.of(directory).streams(200).maxWaiting(PLACES).explained(0).make(),
            StandardEngine::make,
            _ -> {});
    client = new Client(server.grpcPort());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    issuer.close();
  }

  private static CheckRequest with(String token) {
    return Checks.of("shop/orders", "/orders", "authorization", "Bearer " + token);
  }

  private CheckRequest fresh() {
    return with("token-" + ++tokens);
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
  void othersOfTheConnectionDoNotWaitForASlowIssuer() throws Exception {
    CheckRequest known = with("known");
    assertThat(Client.status(client.check(known))).isEqualTo(200);
    CountDownLatch open = new CountDownLatch(1);
    issuer.answerBy(exchange -> {
      open.await();
      TestEndpoint.json(exchange, "{\"active\":true}");
    });
    try {
      List<ListenableFuture<CheckResponse>> slow = new ArrayList<>();
      for (int i = 0; i < PLACES; i++) {
        slow.add(client.ask(fresh(), LONG));
      }
      await().atMost(LONG).until(() -> issuer.arrived() == 1 + PLACES / 2);
      assertThat(metric("portcullis_checks_asking")).isEqualTo(PLACES / 2.0);
      for (int i = 0; i < 50; i++) {
        assertThat(Client.status(client.check(known))).as("remembered").isEqualTo(200);
        assertThat(client.status("shop/open")).as("asks nobody").isEqualTo(200);
      }
      // Half of those who would ask found no place; the issuer is too slow for the other half.
      for (Future<CheckResponse> each : slow) {
        assertThat(status(each)).isEqualTo(503);
      }
    } finally {
      open.countDown();
    }
    assertThat(metric("portcullis_checks_turned_away_total")).isEqualTo(PLACES / 2.0);
    assertThat(metric("portcullis_introspection_failures_total")).isEqualTo(PLACES / 2.0);
    await().atMost(LONG).until(() -> metric("portcullis_checks_asking") == 0);
    issuer.answerBy(exchange -> TestEndpoint.json(exchange, "{\"active\":true}"));
    assertThat(Client.status(client.check(fresh()))).isEqualTo(200);
  }

  @Test
  void whoIsKnownPassesWhileTheIssuerIsAway() throws Exception {
    CheckRequest known = with("known");
    assertThat(Client.status(client.check(known))).isEqualTo(200);
    issuer.close();
    for (int i = 0; i < 20; i++) {
      assertThat(Client.status(client.check(known))).isEqualTo(200);
      assertThat(Client.status(client.check(fresh()))).isEqualTo(503);
    }
    assertThat(issuer.arrived()).isOne();
  }

  @Test
  void answersBeforeEnvoyStopsToWait() throws Exception {
    issuer.answerBy(exchange -> Thread.sleep(10_000));
    // An answer, and not a failure of the call, which a route may let pass.
    assertThat(status(client.ask(fresh(), Duration.ofMillis(400)))).isEqualTo(503);
    assertThat(metric("portcullis_checks_overdue_total")).isOne();
  }

  @Test
  void oneQuestionAnswersAllWhoBringAToken() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    issuer.answerBy(exchange -> {
      open.await();
      TestEndpoint.json(exchange, "{\"active\":true}");
    });
    CheckRequest same = fresh();
    List<ListenableFuture<CheckResponse>> all = new ArrayList<>();
    for (int i = 0; i < PLACES / 2; i++) {
      all.add(client.ask(same, LONG));
    }
    await().atMost(LONG).until(() -> metric("portcullis_checks_asking") == PLACES / 2.0);
    open.countDown();
    for (Future<CheckResponse> each : all) {
      assertThat(status(each)).isEqualTo(200);
    }
    assertThat(issuer.arrived()).isOne();
  }
}
