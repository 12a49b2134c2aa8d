// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.policy.plan.RoutePlan;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process and an issuer that serves its keys over HTTP, or does not. Its clock goes as the test
 * says, so that hours pass in seconds.
 */
@Timeout(180)
final class JwksOutageTest {
  private static final int TOKENS = 10_000;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private TestIssuer issuer;
  private RunningServer server;
  private Client client;

  @TempDir Path directory;

  @BeforeEach
  void start() throws Exception {
    issuer = new TestIssuer();
    plan(Plans.withIssuer("shop/orders", issuer.uri()));
    startServer();
    String token = issuer.token("first");
    await().atMost(LONG).until(() -> ask(token).get().hasOkResponse());
  }

  private void plan(RoutePlan route) throws IOException {
    new PlanDirectory(directory).writePlan(new PlanSnapshot(List.of(route), List.of()));
  }

  private void startServer() throws EnvironmentException {
    server =
        RunningServer.start(
            TestConfig.of(directory)
                .state(directory.resolve("state"))
                .loops(2)
                .streams(200)
                .maxWaiting(512)
                .nativeCrypto()
                .make(),
            StandardEngine::make,
            _ -> {},
            now::get);
    client = new Client(server.grpcPort());
  }

  @AfterEach
  void stop() {
    stopServer();
    issuer.close();
  }

  private void stopServer() {
    client.close();
    server.close();
  }

  private ListenableFuture<CheckResponse> ask(String token) {
    return ask("shop/orders", token);
  }

  private ListenableFuture<CheckResponse> ask(String route, String token) {
    return client.ask(Checks.of(route, "/orders", "authorization", "Bearer " + token), LONG);
  }

  /** What signs a token. */
  @FunctionalInterface
  private interface Minting {
    String token(int number) throws Exception;
  }

  /** Asks about as many tokens, a hundred at a time; how often did they get which status? */
  private Map<Integer, Integer> askAboutAll(Minting tokens, IntConsumer eachHundred)
      throws Exception {
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (int i = 0; i < TOKENS; i += 100) {
      List<ListenableFuture<CheckResponse>> answers = new ArrayList<>();
      for (int j = i; j < i + 100; j++) {
        answers.add(ask(tokens.token(j)));
      }
      for (ListenableFuture<CheckResponse> each : answers) {
        statuses.merge(Client.status(each.get(20, TimeUnit.SECONDS)), 1, Integer::sum);
      }
      eachHundred.accept(i / 100);
    }
    return statuses;
  }

  private void pass(Duration time) {
    now.updateAndGet(each -> each.plus(time));
  }

  @Test
  void keepsWhatAnIssuerSaidOfItselfWhileItIsAway() throws Exception {
    plan(Plans.withDiscoveredIssuer("shop/carts", issuer.address()));
    String token = issuer.token(issuer.address(), "alice");
    await().atMost(LONG).until(() -> ask("shop/carts", token).get().hasOkResponse());
    assertThat(Client.status(ask("shop/carts", issuer.token("alice")).get())).isEqualTo(401);
    issuer.close();
    stopServer();
    startServer();
    assertThat(Client.status(ask("shop/carts", issuer.token(issuer.address(), "bob")).get()))
        .isEqualTo(200);
  }

  @Test
  void refusesNobodyWhileTheIssuerIsAway() throws Exception {
    issuer.close();
    Map<Integer, Integer> statuses =
        askAboutAll(n -> issuer.token("subject-" + n), _ -> pass(Duration.ofSeconds(30)));
    assertThat(statuses).isEqualTo(Map.of(200, TOKENS));
    String metrics = Client.get(server.adminPort(), "/metrics").body();
    assertThat(metrics).contains("portcullis_jwks_stale 1.0");
    assertThat(issuer.requests()).isOne();
  }

  private boolean keysAreKept() throws IOException {
    Path sets = directory.resolve("state/key-sets");
    if (!Files.exists(sets)) {
      return false;
    }
    try (Stream<Path> files = Files.list(sets)) {
      return files.anyMatch(file -> file.toString().endsWith(".jwks"));
    }
  }

  @Test
  void startsAgainWhileTheIssuerIsAway() throws Exception {
    await().atMost(LONG).until(this::keysAreKept);
    issuer.close();
    stopServer();
    pass(Duration.ofMinutes(10));
    startServer();
    // From the first check on: nobody waits for an issuer.
    assertThat(ask(issuer.token("second")).get().hasOkResponse()).isTrue();
    assertThat(Client.get(server.adminPort(), "/metrics").body())
        .contains("portcullis_jwks_stale 1.0", "portcullis_jwks_missing 0.0");
  }

  @Test
  void asksTheIssuerTwiceAtMostForTenThousandKeysThatItDoesNotHave() throws Exception {
    String signature = issuer.token("one").split("\\.", -1)[2];
    Map<Integer, Integer> statuses =
        askAboutAll(
            n -> {
              String token = issuer.unsigned("subject-" + n, "key-" + n);
              return token + "." + signature;
            },
            _ -> pass(Duration.ofMillis(800)));
    assertThat(statuses).isEqualTo(Map.of(401, TOKENS));
    // The second, after 30 s, is because of them; it may still be under way.
    await().atMost(LONG).until(() -> issuer.requests() == 2);
    assertThat(ask(issuer.token("another")).get().hasOkResponse()).isTrue();
  }
}
