// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.ProofSpec;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two decision services that tell each other, over a real store, which proofs they have seen. */
@Timeout(120)
final class SharedProofsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String ROUTE = "shop/orders";

  @TempDir Path directory;

  private RedisServer redis;
  private TestIssuer issuer;
  private TestHolder holder;
  private final List<Replica> replicas = new ArrayList<>();

  private record Replica(RunningServer server, Client client) {}

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
    issuer = new TestIssuer();
    holder = new TestHolder(issuer);
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(
                List.of(
                    Plans.withProofs(ROUTE, issuer.uri(), new ProofSpec.Dpop(List.of(), false))),
                List.of()));
  }

  @AfterEach
  void stop() {
    for (Replica each : replicas) {
      each.client.close();
      each.server.close();
    }
    issuer.close();
    redis.close();
  }

  private Replica replica(boolean proofsNeedStore) throws Exception {
    RunningServer server =
        RunningServer.start(
            TestConfig.of(directory)
                .loops(2)
                .streams(200)
                .maxWaiting(512)
                .valkey(redis.url(), proofsNeedStore)
                .make(),
            StandardEngine::make,
            _ -> {});
    Replica replica = new Replica(server, new Client(server.grpcPort()));
    replicas.add(replica);
    awaitConnected(replica, true);
    await().atMost(PATIENCE).until(() -> ask(replica, proof()) == 200);
    return replica;
  }

  private String proof() throws Exception {
    return holder.proof(null);
  }

  private int ask(Replica replica, String proof) {
    return Client.status(replica.client.check(holder.check(ROUTE, proof)));
  }

  private static String metrics(Replica replica) throws Exception {
    return Client.get(replica.server.adminPort(), "/metrics").body();
  }

  private static void awaitConnected(Replica replica, boolean connected) {
    await()
        .atMost(PATIENCE)
        .until(() ->
            metrics(replica)
                .contains("portcullis_valkey_connected " + (connected ? "1.0" : "0.0")));
  }

  @Test
  void aProofIsGoodOnceInAll() throws Exception {
    Replica first = replica(false);
    Replica second = replica(false);
    String proof = proof();
    CheckRequest question = holder.check(ROUTE, proof);

    assertThat(Client.status(first.client.check(question))).isEqualTo(200);

    assertThat(ask(second, proof)).isEqualTo(401);
    assertThat(ask(first, proof)).isEqualTo(401);
    assertThat(Client.status(second.client.check(question)))
        .as("Envoy asks the same again, somebody else")
        .isEqualTo(200);
    assertThat(metrics(first)).contains("portcullis_proofs_unshared_total 0.0");
  }

  @Test
  void ofManyAtOnceOnePasses() throws Exception {
    Replica first = replica(false);
    Replica second = replica(false);
    for (int round = 0; round < 5; round++) {
      String proof = proof();
      List<ListenableFuture<CheckResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Replica asked = i % 2 == 0 ? first : second;
        answers.add(asked.client.ask(holder.check(ROUTE, proof), PATIENCE));
      }
      int passed = 0;
      for (ListenableFuture<CheckResponse> answer : answers) {
        passed += Client.status(answer.get(30, TimeUnit.SECONDS)) == 200 ? 1 : 0;
      }
      assertThat(passed).isEqualTo(1);
    }
  }

  @Test
  void whatIsRememberedEndsWithTheProof() throws Exception {
    replica(false);

    assertThat(redis.ask("EVAL \"return redis.call('TTL', redis.call('RANDOMKEY'))\" 0"))
        .matches(":([1-9]|[1-9][0-9]|1[01][0-9]|120)");
  }

  @Test
  void withoutTheStoreEachTakesAProofOnce() throws Exception {
    Replica first = replica(false);
    Replica second = replica(false);
    redis.kill();
    awaitConnected(first, false);
    awaitConnected(second, false);
    String proof = proof();

    assertThat(ask(first, proof)).isEqualTo(200);
    assertThat(ask(first, proof)).isEqualTo(401);
    assertThat(ask(second, proof)).isEqualTo(200);
    assertThat(metrics(first)).contains("portcullis_proofs_unshared_total 2.0");

    redis.restart();
    awaitConnected(first, true);
    awaitConnected(second, true);
    assertThat(ask(first, proof)).as("the store has forgotten, the process has not").isEqualTo(401);
    String next = proof();
    assertThat(ask(first, next)).isEqualTo(200);
    assertThat(ask(second, next)).isEqualTo(401);
  }

  @Test
  void whoWantsItSoBelievesNoProofWithoutTheStore() throws Exception {
    Replica replica = replica(true);
    redis.kill();
    awaitConnected(replica, false);

    assertThat(ask(replica, proof())).isEqualTo(503);
    redis.restart();

    awaitConnected(replica, true);
    assertThat(ask(replica, proof())).isEqualTo(200);
  }
}
