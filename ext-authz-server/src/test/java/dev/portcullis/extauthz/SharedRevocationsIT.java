// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.RedisServer;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that know of each other by a real store only. */
@Timeout(120)
final class SharedRevocationsIT {
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final String TOKEN = "a-token-of-those-who-revoke";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CAPACITY = 100;

  /** The promise is a second; the rest is for a machine that is busy with other tests. */
  private static final Duration PROMISED = Duration.ofSeconds(2);

  @TempDir Path directory;

  private RedisServer redis;
  private TestIssuer issuer;
  private HttpClient http;
  private final List<Replica> replicas = new ArrayList<>();

  private record Replica(RunningServer server, Client client) {}

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
    issuer = new TestIssuer();
    TestCa authority = new TestCa();
    authority.writeAuthority(directory.resolve("ca.crt"));
    authority.writeCertificate(directory.resolve("tls.crt"));
    authority.writeKey(directory.resolve("tls.key"));
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
    Files.createDirectory(directory.resolve("plan"));
    new PlanDirectory(directory.resolve("plan"))
        .writePlan(
            new PlanSnapshot(
                List.of(Plans.withLogouts("shop/orders", issuer.uri(), "shop-web")), List.of()));
    http = client();
  }

  @AfterEach
  void stop() {
    replicas.forEach(SharedRevocationsIT::close);
    issuer.close();
    http.shutdownNow();
    redis.close();
  }

  private static void close(Replica replica) {
    replica.client.close();
    replica.server.close();
  }

  private Replica replica() throws Exception {
    RunningServer server =
        RunningServer.start(
            TestConfig.of(directory.resolve("plan"))
                .valkey(redis.url())
                .revocation(
                    new RevocationConfig(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        directory.resolve("tls.crt"),
                        directory.resolve("tls.key"),
                        directory.resolve("token"),
                        List.of(),
                        null,
                        Duration.ofHours(24),
                        CAPACITY))
                .make(),
            StandardEngine::make,
            _ -> {});
    Replica replica = new Replica(server, new Client(server.grpcPort()));
    replicas.add(replica);
    await().atMost(PATIENCE).until(() -> check(replica, token("warm")) == 200);
    return replica;
  }

  private void stop(Replica replica) {
    replicas.remove(replica);
    close(replica);
  }

  private HttpClient client() throws Exception {
    AdvancedTlsX509TrustManager roots =
        AdvancedTlsX509TrustManager.newBuilder()
            .setVerification(
                AdvancedTlsX509TrustManager.Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION)
            .build();
    roots.updateTrustCredentials(directory.resolve("ca.crt").toFile());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(null, new TrustManager[] {roots}, null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  private String token(String id) throws Exception {
    return token(id, "session-of-" + id);
  }

  private String token(String id, String session) throws Exception {
    return issuer.sign(
        "at+jwt",
        new JWTClaimsSet.Builder()
            .claim("sid", session)
            .issuer("https://idp.example.com/")
            .audience("orders")
            .subject("ann")
            .jwtID(id)
            .issueTime(Date.from(Instant.now().minusSeconds(10)))
            .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
            .build());
  }

  private static int check(Replica replica, String token) {
    return Client.status(
        replica.client.check(
            Checks.of("shop/orders", "/orders/1", "authorization", "Bearer " + token)));
  }

  private String revoke(Replica replica, String id) throws Exception {
    HttpResponse<String> answer =
        send(
            replica,
            HttpRequest.newBuilder()
                .POST(
                    BodyPublishers.ofString(
                        "{\"jti\":\"%s\",\"issuer\":\"https://idp.example.com/\"}".formatted(id))),
            "");
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** The issuer says that a session ended (OpenID Connect Back-Channel Logout 1.0). */
  private HttpResponse<String> logout(Replica replica, String session) throws Exception {
    String token =
        issuer.sign(
            "logout+jwt",
            new JWTClaimsSet.Builder()
                .issuer("https://idp.example.com/")
                .audience("shop-web")
                .jwtID("logout-of-" + session)
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plusSeconds(120)))
                .claim("events", Map.of(EVENT, Map.of()))
                .claim("sid", session)
                .build());
    return http.send(
        HttpRequest.newBuilder(
                URI.create(
                    "https://127.0.0.1:"
                        + replica.server.revocationPort()
                        + "/logout/shop/orders/employees"))
            .POST(BodyPublishers.ofString("logout_token=" + token))
            .header("content-type", "application/x-www-form-urlencoded")
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(Replica replica, HttpRequest.Builder request, String query)
      throws Exception {
    return http.send(
        request
            .uri(
                URI.create(
                    "https://127.0.0.1:"
                        + replica.server.revocationPort()
                        + "/revocations"
                        + query))
            .header("authorization", "Bearer " + TOKEN)
            .header("content-type", "application/json")
            .build(),
        BodyHandlers.ofString());
  }

  private static void awaitPromised(Replica replica, String token, int status) {
    await()
        .atMost(PROMISED)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .untilAsserted(() -> assertThat(check(replica, token)).isEqualTo(status));
  }

  private static String metrics(Replica replica) throws Exception {
    return Client.get(replica.server.adminPort(), "/metrics").body();
  }

  private static void awaitMetric(Replica replica, String line) {
    await().atMost(PATIENCE).until(() -> metrics(replica).contains(line));
  }

  @Test
  void whatOneReplicaIsToldAllRefuse() throws Exception {
    Replica first = replica();
    Replica second = replica();
    String token = token("lost");
    assertThat(check(second, token)).isEqualTo(200);

    assertThat(revoke(first, "lost")).contains("\"stored\":true");

    assertThat(check(first, token)).isEqualTo(401);
    awaitPromised(second, token, 401);
    assertThat(check(second, token("kept"))).isEqualTo(200);
  }

  @Test
  void aLogoutThatOneReplicaIsToldOfEndsTheSessionEverywhere() throws Exception {
    Replica first = replica();
    Replica second = replica();
    String session = token("ours", "s1");
    String another = token("theirs", "s2");
    assertThat(check(second, session)).isEqualTo(200);

    assertThat(logout(first, "s1").statusCode()).isEqualTo(200);

    assertThat(check(first, session)).isEqualTo(401);
    awaitPromised(second, session, 401);
    assertThat(check(second, another)).isEqualTo(200);
    assertThat(check(replica(), session)).as("one that came later").isEqualTo(401);
  }

  @Test
  void aWithdrawalReachesAllToo() throws Exception {
    Replica first = replica();
    Replica second = replica();
    String token = token("lost");
    revoke(first, "lost");
    awaitPromised(second, token, 401);

    HttpResponse<String> answer =
        send(
            second,
            HttpRequest.newBuilder().DELETE(),
            "?jti=lost&issuer=https%3A%2F%2Fidp.example.com%2F");

    assertThat(answer.statusCode()).isEqualTo(200);
    awaitPromised(first, token, 200);
  }

  @Test
  void whatIsRevokedOutlivesAllReplicas() throws Exception {
    Replica first = replica();
    for (int i = 0; i < 90; i++) {
      revoke(first, "lost-" + i);
    }
    stop(first);

    Replica second = replica();

    // It was read before the replica was ready.
    for (int i = 0; i < 90; i++) {
      assertThat(check(second, token("lost-" + i))).as("token %d", i).isEqualTo(401);
    }
  }

  @Test
  void aStoreThatComesBackEmptyIsFilledAgain() throws Exception {
    Replica first = replica();
    revoke(first, "before");
    redis.kill();
    awaitMetric(first, "portcullis_valkey_connected 0.0");

    assertThat(revoke(first, "meanwhile")).contains("\"stored\":false");
    assertThat(check(first, token("before"))).isEqualTo(401);
    assertThat(check(first, token("meanwhile"))).isEqualTo(401);
    redis.restart();

    awaitMetric(first, "portcullis_valkey_connected 1.0");
    await()
        .atMost(PATIENCE)
        .until(() -> redis.ask("HLEN portcullis:{revocations}:states").equals(":2"));
    assertThat(metrics(first)).contains("portcullis_valkey_lost_total 1.0");
    Replica second = replica();
    assertThat(check(second, token("before"))).isEqualTo(401);
    assertThat(check(second, token("meanwhile"))).isEqualTo(401);
  }

  @Test
  void aReplicaStartsWithoutTheStoreAndCatchesUp() throws Exception {
    Replica first = replica();
    revoke(first, "lost");
    redis.process().freeze();
    Replica second = replica();
    assertThat(check(second, token("lost"))).isEqualTo(200);

    redis.process().thaw();

    await().atMost(PATIENCE).until(() -> check(second, token("lost")) == 401);
  }

  @Test
  void aStoreWithoutRoomIsNotSaidToHaveIt() throws Exception {
    Replica first = replica();
    for (int i = 0; i < CAPACITY; i++) {
      redis.ask("HSET portcullis:{revocations}:states rubbish-" + i + " {}");
    }

    assertThat(revoke(first, "lost")).contains("\"revoked\":true", "\"stored\":false");

    assertThat(check(first, token("lost"))).isEqualTo(401);
    redis.ask("DEL portcullis:{revocations}:states");
    assertThat(revoke(first, "lost")).contains("\"stored\":true");
  }

  @Test
  void rubbishInTheStoreIsPassedOver() throws Exception {
    Replica first = replica();
    revoke(first, "first");
    redis.ask("HSET portcullis:{revocations}:states rubbish {}");
    redis.ask("ZADD portcullis:{revocations}:changes 2 rubbish");
    redis.ask("HINCRBY portcullis:{revocations}:about sequence 1");

    revoke(first, "second");

    Replica second = replica();
    assertThat(check(second, token("first"))).isEqualTo(401);
    assertThat(check(second, token("second"))).isEqualTo(401);
  }
}
