// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.net.HostAndPort;
import com.nimbusds.jwt.JWTClaimsSet;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.jwks.TestIssuer;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.plan.ProofSpec;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas with real engines, sockets and TLS, one issuer, and those who revoke. */
@Timeout(90)
final class RevocationTest {
  private static final String ISSUER = "https://idp.example.com/";
  private static final String TOKEN = "a-token-of-those-who-revoke";
  private static final String EVENT = "http://schemas.openid.net/event/backchannel-logout";
  private static final String LOGOUT = "/logout/shop/orders/employees";

  @TempDir Path directory;

  private TestIssuer issuer;
  private HttpClient http;
  private final int[] ports = new int[2];
  private final @Nullable RunningServer[] servers = new RunningServer[2];
  private final @Nullable Client[] clients = new Client[2];

  @BeforeEach
  void start() throws Exception {
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
                List.of(
                    Plans.withLogouts("shop/orders", issuer.uri(), "shop-web"),
                    Plans.withIssuer("shop/other", issuer.uri()),
                    Plans.withBoundLogouts(
                        "shop/apps",
                        "apps",
                        issuer.uri(),
                        new ProofSpec.Dpop(List.of(), false),
                        "shop-app"),
                    Plans.withBoundLogouts(
                        "shop/banks",
                        "banks",
                        issuer.uri(),
                        new ProofSpec.MutualTls(),
                        "shop-bank")),
                List.of()));
    http = client();
    for (int i = 0; i < 2; i++) {
      ports[i] = FreePorts.next();
    }
    startReplica(0, 100);
    startReplica(1, 100);
    // Then each knows of the other.
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            metrics(0).contains("portcullis_revocation_replicas_unreachable 0.0")
                && check(0, token("warm")) == 200
                && check(1, token("warm")) == 200);
  }

  /** Patiently: a connection that goes out from somewhere may have the port for a moment. */
  private void startReplica(int replica, int capacity) throws Exception {
    RunningServer server =
        await()
            .atMost(Duration.ofSeconds(20))
            .ignoreException(EnvironmentException.class)
            .until(() -> started(replica, capacity), Objects::nonNull);
    servers[replica] = server;
    clients[replica] = new Client(server.grpcPort());
  }

  private RunningServer started(int replica, int capacity) throws Exception {
    return RunningServer.start(
        TestConfig.of(directory.resolve("plan"))
            .revocation(
                new RevocationConfig(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[replica]),
                    directory.resolve("tls.crt"),
                    directory.resolve("tls.key"),
                    directory.resolve("token"),
                    List.of(HostAndPort.fromParts("127.0.0.1", ports[1 - replica])),
                    directory.resolve("ca.crt"),
                    Duration.ofHours(24),
                    capacity))
            .make(),
        StandardEngine::make,
        _ -> {});
  }

  private void stopReplica(int replica) {
    Client client = clients[replica];
    RunningServer server = servers[replica];
    clients[replica] = null;
    servers[replica] = null;
    if (client != null) {
      client.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @AfterEach
  void stop() {
    stopReplica(0);
    stopReplica(1);
    issuer.close();
    http.shutdownNow();
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

  private String token(String id, Object... claims) throws Exception {
    JWTClaimsSet.Builder builder =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience("orders")
            .subject("ann")
            .jwtID(id)
            .issueTime(Date.from(Instant.now().minusSeconds(10)))
            .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
    for (int i = 0; i < claims.length; i += 2) {
      builder.claim((String) claims[i], claims[i + 1]);
    }
    return issuer.sign("at+jwt", builder.build());
  }

  private JWTClaimsSet.Builder logout(String id) {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("shop-web")
        .jwtID(id)
        .issueTime(Date.from(Instant.now()))
        .expirationTime(Date.from(Instant.now().plusSeconds(120)))
        .claim("events", Map.of(EVENT, Map.of()));
  }

  private int check(int replica, String token) {
    return check(replica, "shop/orders", token);
  }

  private int check(int replica, String route, String token) {
    Client client = clients[replica];
    assertThat(client).isNotNull();
    CheckResponse answer =
        client.check(Checks.of(route, "/orders/1", "authorization", "Bearer " + token));
    return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
  }

  private String metrics(int replica) throws Exception {
    RunningServer server = servers[replica];
    assertThat(server).isNotNull();
    return Client.get(server.adminPort(), "/metrics").body();
  }

  private HttpResponse<String> send(
      int replica, String method, String path, @Nullable String body, String... headers)
      throws IOException, InterruptedException {
    BodyPublisher publisher =
        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + ports[replica] + path))
            .method(method, publisher);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> revoke(int replica, String body) throws Exception {
    return send(replica, "POST", "/revocations", body, "authorization", "Bearer " + TOKEN);
  }

  private HttpResponse<String> logout(int replica, String path, String token) throws Exception {
    return send(
        replica,
        "POST",
        path,
        "logout_token=" + URLEncoder.encode(token, StandardCharsets.UTF_8),
        "content-type",
        "application/x-www-form-urlencoded");
  }

  private static String jti(String id) {
    return "{\"issuer\": \"" + ISSUER + "\", \"jti\": \"" + id + "\"}";
  }

  @Test
  void aRevokedTokenIsRefusedByEveryReplica() throws Exception {
    String token = token("t1");
    String other = token("t2");
    assertThat(List.of(check(0, token), check(1, token))).containsOnly(200);
    HttpResponse<String> answer = revoke(0, jti("t1"));
    // Told, not asked later: the answer says that both have it.
    assertThat(List.of(check(0, token), check(1, token))).containsOnly(401);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"replicas\":{\"others\":1,\"reached\":1}");
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    assertThat(List.of(check(0, other), check(1, other))).containsOnly(200);
    assertThat(revoke(1, jti("t1")).statusCode()).as("once more").isEqualTo(200);
    assertThat(metrics(1)).contains("portcullis_revocations 1.0");
  }

  @Test
  void aReplicaThatWasAwayKnowsItBeforeItDecides() throws Exception {
    String token = token("t1");
    stopReplica(1);
    HttpResponse<String> answer = revoke(0, jti("t1"));
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"replicas\":{\"others\":1,\"reached\":0}");
    startReplica(1, 100);
    await().atMost(Duration.ofSeconds(20)).until(() -> check(1, token("t9")) == 200);
    assertThat(check(1, token)).isEqualTo(401);
    // And what is said by the one that began anew reaches the other.
    assertThat(revoke(1, jti("t3")).statusCode()).isEqualTo(200);
    String third = token("t3");
    await().atMost(Duration.ofSeconds(20)).until(() -> check(0, third) == 401);
    assertThat(check(0, token)).isEqualTo(401);
  }

  @Test
  void aReplicaThatRestartsWithoutAnythingIsAskedFromItsBeginning() throws Exception {
    revoke(1, jti("t1"));
    stopReplica(0);
    stopReplica(1);
    startReplica(1, 100);
    startReplica(0, 100);
    // All were away at a time: nothing is known any more, as the guide says.
    await().atMost(Duration.ofSeconds(20)).until(() -> check(0, token("t1")) == 200);
    revoke(1, jti("t1"));
    String token = token("t1");
    await().atMost(Duration.ofSeconds(20)).until(() -> check(0, token) == 401);
  }

  @Test
  void aWithdrawalReachesEveryReplica() throws Exception {
    String token = token("t1");
    revoke(0, jti("t1"));
    String query =
        "/revocations?jti=t1&issuer=" + URLEncoder.encode(ISSUER, StandardCharsets.UTF_8);
    HttpResponse<String> answer =
        send(1, "DELETE", query, null, "authorization", "Bearer " + TOKEN);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"revoked\":false").contains("\"reached\":1");
    assertThat(List.of(check(0, token), check(1, token))).containsOnly(200);
    assertThat(send(1, "DELETE", query, null, "authorization", "Bearer " + TOKEN).statusCode())
        .isEqualTo(404);
    // And it can be revoked once more, also in the same millisecond.
    assertThat(revoke(0, jti("t1")).body()).contains("\"revoked\":true");
    assertThat(List.of(check(0, token), check(1, token))).containsOnly(401);
  }

  @Test
  void aSubjectIsRefusedUntilItsNextLogin() throws Exception {
    String old = token("t1");
    String body = "{\"issuer\": \"" + ISSUER + "\", \"subject\": \"ann\", \"reason\": \"left\"}";
    assertThat(revoke(0, body).body()).contains("\"issuedBefore\"");
    assertThat(List.of(check(0, old), check(1, old))).containsOnly(401);
    // By an issuer whose clock is ahead, as far as the method forgives it.
    String ahead = token("t2", "iat", Date.from(Instant.now().plusSeconds(20)));
    assertThat(List.of(check(0, ahead), check(1, ahead))).containsOnly(401);
  }

  @Test
  void aSubjectIsRefusedUntilTheTimeThatIsSaid() throws Exception {
    String old = token("t1");
    String body =
        "{\"issuer\": \"%s\", \"subject\": \"ann\", \"issuedBefore\": \"%s\"}"
            .formatted(ISSUER, Instant.now().truncatedTo(ChronoUnit.SECONDS));
    assertThat(revoke(0, body).statusCode()).isEqualTo(200);
    String fresh = token("t2", "iat", Date.from(Instant.now().plusSeconds(5)));
    assertThat(List.of(check(0, old), check(1, old))).containsOnly(401);
    assertThat(List.of(check(0, fresh), check(1, fresh))).containsOnly(200);
  }

  @Test
  void aWithdrawalByAClockThatIsAheadDoesNotOutliveANewOrder() throws Exception {
    String token = token("t1");
    long ahead = Instant.now().plus(Duration.ofMinutes(5)).toEpochMilli();
    replica(withdrawal("t1", ahead));
    assertThat(check(0, token)).isEqualTo(200);
    assertThat(revoke(0, jti("t1")).body()).contains("\"revoked\":true");
    assertThat(List.of(check(0, token), check(1, token))).containsOnly(401);
    // From the year 2200 nobody's withdrawal counts.
    replica(withdrawal("t1", 7_258_118_400_000L));
    assertThat(check(0, token)).isEqualTo(401);
  }

  private static String withdrawal(String id, long changed) {
    return """
    {"replica": "x", "last": 1, "more": false, "revocations": [{"kind": "TOKEN", "namespace": "",
     "issuer": "%s", "value": "%s", "expires": %d, "withdrawn": true, "changed": %d}]}
    """
        .formatted(ISSUER, id, Instant.now().plusSeconds(3600).getEpochSecond(), changed);
  }

  private void replica(String message) throws Exception {
    HttpResponse<String> answer =
        send(0, "POST", "/replica/revocations", message, "authorization", "Bearer " + TOKEN);
    assertThat(answer.statusCode()).isEqualTo(204);
  }

  @Test
  void authoritiesCertificateAndKeyMayBeReplaced() throws Exception {
    stopReplica(1);
    TestCa next = new TestCa();
    next.writeAuthority(directory.resolve("ca.crt"));
    next.writeCertificate(directory.resolve("tls.crt"));
    next.writeKey(directory.resolve("tls.key"));
    startReplica(1, 100);
    http = client();
    String token = token("t1");
    assertThat(check(0, token)).isEqualTo(200);
    assertThat(revoke(1, jti("t1")).statusCode()).isEqualTo(200);
    // The one that went on running believes the other by the new authority.
    await().atMost(Duration.ofSeconds(30)).until(() -> check(0, token) == 401);
  }

  /** Begins requests whose bodies never end. */
  private List<Socket> trickle(int count, String head) throws Exception {
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket socket = http.sslContext().getSocketFactory().createSocket("127.0.0.1", ports[0]);
      socket
          .getOutputStream()
          .write(
              (head + "\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(100);
      sockets.add(socket);
    }
    return sockets;
  }

  private static boolean hungUp(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void whoHasNoTokenKeepsNobodyOut() throws Exception {
    List<Socket> sockets = trickle(16, "POST /revocations HTTP/1.1");
    try {
      for (int i = 0; i < 20; i++) {
        assertThat(revoke(0, jti("t" + i)).statusCode()).isEqualTo(200);
      }
    } finally {
      for (Socket each : sockets) {
        each.close();
      }
    }
  }

  @Test
  void logoutsThatNeverEndHoldFewOfTheConnections() throws Exception {
    List<Socket> sockets = trickle(40, "POST " + LOGOUT + " HTTP/1.1");
    try {
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> sockets.stream().filter(RevocationTest::hungUp).count() >= 8);
      assertThat(revoke(0, jti("t1")).statusCode()).isEqualTo(200);
    } finally {
      for (Socket each : sockets) {
        each.close();
      }
    }
  }

  @Test
  void aStrangersConnectionIsForOneRequest() throws Exception {
    for (String path : List.of("/revocations", "/replica/revocations", LOGOUT, "/nothing")) {
      assertThat(isClosedAfter("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n")).as(path).isTrue();
    }
    String token = "Authorization: Bearer " + TOKEN + "\r\n";
    assertThat(isClosedAfter("GET /revocations HTTP/1.1\r\nHost: a\r\n" + token + "\r\n"))
        .isFalse();
  }

  private boolean isClosedAfter(String request) throws Exception {
    try (Socket socket = http.sslContext().getSocketFactory().createSocket("127.0.0.1", ports[0])) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(2_000);
      return socket.getInputStream().readAllBytes().length > 0;
    } catch (SocketTimeoutException open) {
      return false;
    }
  }

  @Test
  void onlyTheTokenOpensThePortAndItMayChange() throws Exception {
    String guess = "Bearer " + TOKEN + "x";
    for (String path : List.of("/revocations", "/replica/revocations?after=0")) {
      assertThat(send(0, "GET", path, null).statusCode()).isEqualTo(401);
      HttpResponse<String> refused = send(0, "GET", path, null, "authorization", guess);
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("www-authenticate").orElse("")).contains("Bearer");
      assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
    }
    assertThat(send(0, "POST", "/revocations", jti("t1"), "authorization", guess).statusCode())
        .isEqualTo(401);
    assertThat(check(0, token("t1"))).isEqualTo(200);
    Files.writeString(directory.resolve("token"), TOKEN + "x");
    assertThat(send(0, "GET", "/revocations", null, "authorization", guess).statusCode())
        .isEqualTo(200);
    assertThat(revoke(0, jti("t1")).statusCode()).isEqualTo(401);
    Files.writeString(directory.resolve("token"), "short");
    assertThat(send(0, "GET", "/revocations", null, "authorization", "Bearer short").statusCode())
        .isEqualTo(503);
  }

  @Test
  void aFullSetSaysSoAndKeepsWhatItHas() throws Exception {
    stopReplica(1);
    stopReplica(0);
    startReplica(0, 2);
    await().atMost(Duration.ofSeconds(20)).until(() -> check(0, token("t9")) == 200);
    revoke(0, jti("t1"));
    revoke(0, jti("t2"));
    HttpResponse<String> answer = revoke(0, jti("t3"));
    assertThat(answer.statusCode()).isEqualTo(507);
    assertThat(answer.body()).contains("no room");
    assertThat(check(0, token("t1"))).isEqualTo(401);
    assertThat(check(0, token("t3"))).isEqualTo(200);
    assertThat(metrics(0))
        .contains("portcullis_revocations_refused_total 1.0")
        .contains("portcullis_revocation_capacity 2.0");
  }

  @Test
  void nonsenseIsRefusedWithWords() throws Exception {
    refused("{", "JSON");
    refused("{\"jti\": \"t1\"}", "issuer");
    refused("{\"issuer\": \"x\"}", "exactly one");
    refused("{\"issuer\": \"x\", \"jti\": \"t1\", \"sid\": \"s1\"}", "exactly one");
    refused("{\"issuer\": \"x\", \"token\": \"t1\"}", "there is no member token");
    refused("{\"issuer\": \"x\", \"jti\": 5}", "jti must be a text");
    refused("{\"issuer\": \"x\", \"jti\": \"" + "x".repeat(300) + "\"}", "256");
    refused("{\"issuer\": \"x\", \"jti\": \"t\", \"expires\": \"soon\"}", "expires must be a time");
    refused("{\"issuer\": \"x\", \"jti\": \"t\", \"expires\": \"2020-01-01T00:00:00Z\"}", "future");
    refused(
        "{\"issuer\": \"x\", \"jti\": \"t\", \"expires\": \"9999-01-01T00:00:00Z\"}", "400 days");
    refused("{\"keyId\": \"K\"}", "namespace");
    refused(
        "{\"issuer\": \"x\", \"jti\": \"t\", \"issuedBefore\": \"2020-01-01T00:00:00Z\"}",
        "issuedBefore is for a subject");
    assertThat(revoke(0, " ".repeat(70_000)).statusCode()).isEqualTo(413);
    String bearer = "Bearer " + TOKEN;
    assertThat(send(0, "GET", "/revocations/x", null, "authorization", bearer).statusCode())
        .isEqualTo(404);
    assertThat(send(0, "PUT", "/revocations", "{}", "authorization", bearer).statusCode())
        .isEqualTo(405);
    assertThat(send(0, "POST", "/replica/revocations", "{}", "authorization", bearer).statusCode())
        .isEqualTo(400);
    assertThat(send(0, "GET", "/revocations", null, "authorization", bearer).body())
        .isEqualTo("{\"count\":0,\"capacity\":100}");
  }

  private void refused(String body, String why) throws Exception {
    HttpResponse<String> answer = revoke(0, body);
    assertThat(answer.statusCode()).as(body).isEqualTo(400);
    assertThat(answer.body()).contains(why);
  }

  @Test
  void aLogoutEndsASessionOnEveryReplica() throws Exception {
    String session = token("t1", "sid", "s1");
    String another = token("t2", "sid", "s2");
    String sessionless = token("t3");
    assertThat(List.of(check(0, session), check(1, session))).containsOnly(200);
    String logout =
        issuer.sign("logout+jwt", logout("l1").claim("sid", "s1").subject("ann").build());
    HttpResponse<String> answer = logout(1, LOGOUT, logout);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
    for (int replica = 0; replica < 2; replica++) {
      assertThat(check(replica, session)).isEqualTo(401);
      assertThat(check(replica, another)).isEqualTo(200);
      assertThat(check(replica, sessionless)).as("it may be of that session").isEqualTo(401);
    }
    // Obeyed once, on whatever replica.
    assertThat(logout(0, LOGOUT, logout).statusCode()).isEqualTo(400);
  }

  @Test
  void aLogoutOfASubjectEndsWhatWasIssuedBefore() throws Exception {
    String old = token("t1", "sid", "s1");
    String fresh = token("t2", "iat", Date.from(Instant.now().plusSeconds(5)));
    String logout = issuer.sign(null, logout("l1").subject("ann").build());
    assertThat(logout(0, LOGOUT, logout).statusCode()).isEqualTo(200);
    for (int replica = 0; replica < 2; replica++) {
      assertThat(check(replica, old)).isEqualTo(401);
      assertThat(check(replica, fresh)).isEqualTo(200);
      assertThat(check(replica, "shop/other", old)).as("same namespace").isEqualTo(401);
    }
  }

  @Test
  void logoutsLeaveRoomForThoseWhoMustRevoke() throws Exception {
    stopReplica(1);
    stopReplica(0);
    startReplica(0, 30);
    await().atMost(Duration.ofSeconds(20)).until(() -> check(0, token("t9")) == 200);
    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      JWTClaimsSet claims = logout("l" + i).claim("sid", "s" + i).subject("u" + i).build();
      answers.add(logout(0, LOGOUT, issuer.sign("logout+jwt", claims)).statusCode());
    }
    assertThat(answers).startsWith(200, 200, 200).endsWith(507, 507, 507);
    HttpResponse<String> key = revoke(0, "{\"namespace\": \"billing\", \"keyId\": \"K1\"}");
    assertThat(key.statusCode()).isEqualTo(200);
    assertThat(metrics(0)).containsPattern("portcullis_revocations_refused_total [1-9]");
  }

  @Test
  void aLogoutTokenThatLivesLongIsRefused() throws Exception {
    JWTClaimsSet claims =
        logout("l1")
            .subject("ann")
            .expirationTime(Date.from(Instant.now().plus(Duration.ofHours(1))))
            .build();
    no(LOGOUT, issuer.sign("logout+jwt", claims), "ten minutes");
  }

  @Test
  void aLogoutEndsTokensThatAreBoundToKeys() throws Exception {
    TestHolder holder = new TestHolder(issuer);
    Client client = Objects.requireNonNull(clients[0]);
    assertThat(Client.status(client.check(holder.check("shop/apps", holder.proof(null)))))
        .isEqualTo(200);
    // It is nobody's credential, so it is bound to nothing.
    String logout = issuer.sign(null, logout("l1").audience("shop-app").subject("ann").build());
    assertThat(logout(0, "/logout/shop/orders/apps", logout).statusCode()).isEqualTo(200);
    assertThat(Client.status(client.check(holder.check("shop/apps", holder.proof(null)))))
        .isEqualTo(401);
  }

  @Test
  void aLogoutEndsTokensThatAreBoundToCertificates() throws Exception {
    String pem = Files.readString(directory.resolve("tls.crt"));
    String token =
        token("t1", "sid", "s1", "cnf", Map.of("x5t#S256", digest(directory.resolve("tls.crt"))));
    CheckRequest.Builder check =
        Checks.of("shop/banks", "/orders/1", "authorization", "Bearer " + token).toBuilder();
    check
        .getAttributesBuilder()
        .getSourceBuilder()
        .setCertificate(URLEncoder.encode(pem, StandardCharsets.UTF_8));
    Client client = Objects.requireNonNull(clients[0]);
    assertThat(Client.status(client.check(check.build()))).isEqualTo(200);
    String logout =
        issuer.sign("logout+jwt", logout("l1").audience("shop-bank").claim("sid", "s1").build());
    assertThat(logout(0, "/logout/shop/orders/banks", logout).statusCode()).isEqualTo(200);
    assertThat(Client.status(client.check(check.build()))).isEqualTo(401);
  }

  private static String digest(Path certificate) throws Exception {
    try (InputStream in = Files.newInputStream(certificate)) {
      byte[] der = CertificateFactory.getInstance("X.509").generateCertificate(in).getEncoded();
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(der));
    }
  }

  @Test
  void whatIsNoLogoutEndsNothing() throws Exception {
    String token = token("t1", "sid", "s1");
    JWTClaimsSet.Builder good = logout("l1").claim("sid", "s1");
    no(LOGOUT, issuer.sign("at+jwt", good.build()), "another type");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).claim("nonce", "n").build()),
        "nonce");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).claim("events", Map.of()).build()),
        "events");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).audience("orders").build()),
        "audience");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).issuer("https://x/").build()),
        "issuer");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).jwtID(null).build()),
        "jti");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).issueTime(null).build()),
        "issued");
    no(
        LOGOUT,
        issuer.sign(null, new JWTClaimsSet.Builder(good.build()).expirationTime(null).build()),
        "never expires");
    no(LOGOUT, issuer.sign(null, logout("l1").build()), "neither sid nor sub");
    try (TestIssuer stranger = new TestIssuer()) {
      no(LOGOUT, stranger.sign(null, good.build()), "signature");
    }
    assertThat(logout(0, "/logout/shop/orders/others", "x").statusCode()).isEqualTo(404);
    assertThat(logout(0, "/logout/shop/orders", "x").statusCode()).isEqualTo(404);
    assertThat(send(0, "GET", LOGOUT, null).statusCode()).isEqualTo(405);
    assertThat(send(0, "POST", LOGOUT, "{}", "content-type", "application/json").statusCode())
        .isEqualTo(415);
    assertThat(check(0, token)).isEqualTo(200);
    // And it lets nobody in, though it names whom our tokens are for.
    assertThat(check(0, issuer.sign(null, logout("l2").audience("orders").subject("ann").build())))
        .isEqualTo(401);
    assertThat(logout(0, LOGOUT, issuer.sign(null, good.build())).statusCode()).isEqualTo(200);
    assertThat(check(0, token)).isEqualTo(401);
  }

  private void no(String path, String token, String why) throws Exception {
    HttpResponse<String> answer = logout(0, path, token);
    assertThat(answer.statusCode()).as(why).isEqualTo(400);
    assertThat(answer.body()).contains(why).contains("invalid_request");
    assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
  }
}
