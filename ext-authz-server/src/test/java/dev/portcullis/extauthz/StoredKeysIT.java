// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Issued keys in a real store, beside one that is a resource. */
@Timeout(120)
final class StoredKeysIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SecureRandom RANDOM = new SecureRandom();

  @TempDir Path directory;

  private final ApiKeyText resource = ApiKeyText.generate(RANDOM);
  private RedisServer redis;
  private final List<Replica> replicas = new ArrayList<>();

  private record Replica(RunningServer server, Client client) {}

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
    new PlanDirectory(directory)
        .writePlan(
            new PlanSnapshot(
                List.of(Plans.withKeys("shop/orders", "api", "orders")),
                List.of(
                    new ApiKeyRecord(
                        "shop",
                        "a-resource",
                        resource.id(),
                        resource.sha256(),
                        "acme",
                        null,
                        List.of(),
                        null,
                        null,
                        false,
                        new TreeMap<>(Map.of("api", "orders"))))));
  }

  @AfterEach
  void stop() {
    for (Replica each : replicas) {
      each.client.close();
      each.server.close();
    }
    redis.close();
  }

  private Replica replica() throws Exception {
    RunningServer server =
        RunningServer.start(
            TestConfig.of(directory).valkey(redis.url()).make(), StandardEngine::make, _ -> {});
    Replica replica = new Replica(server, new Client(server.grpcPort()));
    replicas.add(replica);
    awaitConnected(replica, true);
    return replica;
  }

  private ApiKeyText issue(String more) throws Exception {
    ApiKeyText key = ApiKeyText.generate(RANDOM);
    assertThat(
            redis.ask(
                "HSET portcullis:key:shop:%s name \"key-1\" sha256 \"%s\" client \"acme\" %s"
                    .formatted(key.id(), key.sha256(), more)))
        .startsWith(":");
    return key;
  }

  private static int ask(Replica replica, ApiKeyText key) {
    return Client.status(
        replica.client.check(Checks.of("shop/orders", "/orders", "x-api-key", key.reveal())));
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
  void aKeyOfTheStoreLetsItsHolderIn() throws Exception {
    Replica first = replica();
    Replica second = replica();
    ApiKeyText key =
        issue("plan \"gold\" scopes \"orders.read orders.write\" label:api \"orders\"");

    assertThat(ask(first, key)).isEqualTo(200);
    assertThat(ask(second, key)).isEqualTo(200);
    assertThat(ask(first, resource)).isEqualTo(200);
    await()
        .atMost(PATIENCE)
        .until(
            () -> redis.ask("HEXISTS portcullis:key:shop:" + key.id() + " lastUsed"), ":1"::equals);
    // It is still a key.
    ApiKeyText refused = issue("label:api carts");
    assertThat(ask(first, refused)).isEqualTo(401);
    await().atMost(PATIENCE).until(() -> ask(first, key) == 200);
    assertThat(metrics(first)).contains("portcullis_valkey_key_use_failures_total 0.0");
  }

  @Test
  void theRulesForKeysHoldForThoseOfTheStore() throws Exception {
    Replica replica = replica();

    assertThat(ask(replica, ApiKeyText.generate(RANDOM))).as("nobody's").isEqualTo(401);
    assertThat(ask(replica, issue("label:api carts"))).as("for another API").isEqualTo(401);
    assertThat(ask(replica, issue(""))).as("without labels").isEqualTo(401);
    assertThat(ask(replica, issue("label:api orders expires 2020-01-01T00:00:00Z"))).isEqualTo(401);
    assertThat(ask(replica, issue("label:api orders notBefore 2999-01-01T00:00:00Z")))
        .isEqualTo(401);
    assertThat(ask(replica, issue("label:api orders revoked true"))).isEqualTo(401);

    ApiKeyText key = issue("label:api orders");
    redis.ask(
        "HSET portcullis:key:shop:%s sha256 %s"
            .formatted(key.id(), ApiKeyText.generate(RANDOM).sha256()));
    assertThat(ask(replica, key)).as("another secret").isEqualTo(401);
  }

  @Test
  void aKeyThatIsDeletedOrChangedIsRefusedWithoutAWord() throws Exception {
    Replica replica = replica();
    ApiKeyText deleted = issue("label:api orders");
    ApiKeyText changed = issue("label:api orders");
    assertThat(ask(replica, deleted)).isEqualTo(200);
    assertThat(ask(replica, changed)).isEqualTo(200);

    redis.ask("DEL portcullis:key:shop:" + deleted.id());
    redis.ask("HSET portcullis:key:shop:" + changed.id() + " revoked true");

    await().atMost(PATIENCE).until(() -> ask(replica, deleted) == 401);
    await().atMost(PATIENCE).until(() -> ask(replica, changed) == 401);
  }

  @Test
  void withoutTheStoreNobodysKeyIsCalledBad() throws Exception {
    Replica replica = replica();
    ApiKeyText key = issue("label:api orders");
    assertThat(ask(replica, key)).isEqualTo(200);
    redis.kill();
    awaitConnected(replica, false);

    await().atMost(PATIENCE).until(() -> ask(replica, key) == 503);
    assertThat(ask(replica, ApiKeyText.generate(RANDOM))).isEqualTo(503);
    assertThat(ask(replica, resource)).isEqualTo(200);

    redis.restart();
    awaitConnected(replica, true);
    // It has come back empty.
    assertThat(ask(replica, key)).isEqualTo(401);
    assertThat(ask(replica, issue("label:api orders"))).isEqualTo(200);
  }

  @Test
  void whatIsNoKeyIsNobodysFault() throws Exception {
    Replica replica = replica();

    assertThat(ask(replica, issue("label:api orders expire 2020-01-01T00:00:00Z"))).isEqualTo(503);
    assertThat(metrics(replica)).contains("portcullis_valkey_keys_malformed_total 1.0");
  }
}
