// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.net.HostAndPort;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.RevocationConfig;
import dev.portcullis.extauthz.stream.TestCa;
import dev.portcullis.parts.RedisServer;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Allowance.Period;
import dev.portcullis.policy.plan.Sharing;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.util.AdvancedTlsX509TrustManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two decision services, a real store, requests that are counted, and who looks after quotas. */
@Timeout(180)
final class QuotaPortIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String TOKEN = "a-token-of-those-who-revoke";
  private static final String TOGETHER = "shop/together";
  private static final String EACH = "shop/each";
  private static final String RATE = "shop/rate";

  @TempDir Path directory;

  private RedisServer redis;
  private HttpClient http;
  private final AtomicLong nextId = new AtomicLong();
  private final int[] ports = new int[2];
  private final List<RunningServer> servers = new ArrayList<>();
  private final List<Client> clients = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    redis = RedisServer.start();
    TestCa authority = new TestCa();
    authority.writeAuthority(directory.resolve("ca.crt"));
    authority.writeCertificate(directory.resolve("tls.crt"));
    authority.writeKey(directory.resolve("tls.key"));
    Files.writeString(directory.resolve("token"), TOKEN + "\n");
    Files.createDirectory(directory.resolve("plan"));
    Sharing sharing = new Sharing(null, Sharing.OnStoreFailure.LOCAL_SHARE);
    // So long that no period ends while the test runs, but for once in a year.
    Allowance five = new Allowance.Quota(5, Period.YEAR, ZoneOffset.UTC);
    new PlanDirectory(directory.resolve("plan"))
        .writePlan(
            new PlanSnapshot(
                List.of(
                    Plans.limited(TOGETHER, Plans.limit("yearly", five, sharing)),
                    Plans.limited(EACH, Plans.limit("own", five, null, "source.address")),
                    Plans.limited(
                        RATE,
                        Plans.limit(
                            "rate",
                            new Allowance.Rate(5, Duration.ofDays(300), 4),
                            sharing,
                            "request.path",
                            "source.address"))),
                List.of()));
    http = client();
    for (int i = 0; i < 2; i++) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        ports[i] = free.getLocalPort();
      }
    }
    for (int i = 0; i < 2; i++) {
      int replica = i;
      RunningServer server =
          await()
              .atMost(PATIENCE)
              .ignoreException(EnvironmentException.class)
              .until(() -> started(replica), Objects::nonNull);
      servers.add(server);
      clients.add(new Client(server.grpcPort()));
    }
    for (RunningServer each : servers) {
      await()
          .atMost(PATIENCE)
          .until(() -> {
            String metrics = Client.get(each.adminPort(), "/metrics").body();
            return metrics.contains("portcullis_valkey_connected 1.0")
                && metrics.contains("portcullis_revocation_replicas_unreachable 0.0");
          });
    }
    for (int i = 0; i < 2; i++) {
      int replica = i;
      await().atMost(PATIENCE).until(() -> check(replica, TOGETHER, "198.51.100.1") == 200);
    }
  }

  private RunningServer started(int replica) throws Exception {
    return RunningServer.start(
        TestConfig.of(directory.resolve("plan"))
            .valkey(redis.url())
            .revocation(
                new RevocationConfig(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[replica]),
                    directory.resolve("tls.crt"),
                    directory.resolve("tls.key"),
                    directory.resolve("token"),
                    List.of(HostAndPort.fromParts("127.0.0.1", ports[1 - replica])),
                    directory.resolve("ca.crt"),
                    Duration.ofHours(24),
                    100))
            .make(),
        StandardEngine::make,
        _ -> {});
  }

  @AfterEach
  void stop() {
    clients.forEach(Client::close);
    servers.forEach(RunningServer::close);
    http.shutdownNow();
    redis.close();
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

  private int check(int replica, String route, String address) {
    CheckRequest.Builder check = Checks.of(route, "/orders").toBuilder();
    check
        .getAttributesBuilder()
        .getRequestBuilder()
        .getHttpBuilder()
        .setId("r" + nextId.incrementAndGet());
    check
        .getAttributesBuilder()
        .getSourceBuilder()
        .getAddressBuilder()
        .getSocketAddressBuilder()
        .setAddress(address);
    return Client.status(clients.get(replica).check(check.build()));
  }

  private void passes(int replica, String route, String address, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(check(replica, route, address)).as("request %d", i).isEqualTo(200);
    }
  }

  private HttpResponse<String> send(
      int replica, String method, String path, String body, @Nullable String token)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + ports[replica] + path))
            .method(method, BodyPublishers.ofString(body));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(int replica, String body) throws Exception {
    return send(replica, "POST", "/quotas", body, TOKEN);
  }

  private static String order(String action, String limit, String more) {
    return "{\"action\": \"%s\", \"limit\": \"shop/orders/%s\", %s}".formatted(action, limit, more);
  }

  private String does(int replica, String action, String limit, String more) throws Exception {
    HttpResponse<String> answer = post(replica, order(action, limit, more));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void allCountWithTheCounterOfTheStore() throws Exception {
    String whose = "\"address\": \"192.0.2.7\"";
    passes(0, TOGETHER, "192.0.2.7", 2);
    passes(1, TOGETHER, "192.0.2.7", 1);
    assertThat(does(1, "get", "yearly", whose))
        .contains("\"scope\":\"Cluster\"", "\"of\":\"address 192.0.2.7\"")
        .contains("\"limit\":5,\"used\":3,\"remaining\":2,\"resets\":\"20")
        .contains("-01-01T00:00:00Z")
        .containsOnlyOnce("\"at\":");
    passes(0, TOGETHER, "192.0.2.7", 2);
    assertThat(check(0, TOGETHER, "192.0.2.7")).isEqualTo(429);

    assertThat(does(0, "grant", "yearly", whose + ", \"units\": 2, \"reason\": \"an outage\""))
        .contains("\"given\":2", "\"used\":3,\"remaining\":2");
    passes(0, TOGETHER, "192.0.2.7", 2);
    assertThat(check(0, TOGETHER, "192.0.2.7")).isEqualTo(429);

    assertThat(does(1, "reset", "yearly", whose)).contains("\"given\":5", "\"remaining\":5");
    // What the other one was refused a moment ago it remembers for a second.
    await().atMost(PATIENCE).until(() -> check(0, TOGETHER, "192.0.2.7") == 200);
    assertThat(does(0, "get", "yearly", "\"address\": \"192.0.2.8\"")).contains("\"used\":0");
  }

  @Test
  void nobodyIsGivenMoreThanTheLimit() throws Exception {
    passes(0, TOGETHER, "192.0.2.9", 1);
    assertThat(does(0, "grant", "yearly", "\"address\": \"192.0.2.9\", \"units\": 1000000000000"))
        .contains("\"given\":1", "\"used\":0,\"remaining\":5");
    passes(0, TOGETHER, "192.0.2.9", 5);
    assertThat(check(0, TOGETHER, "192.0.2.9")).isEqualTo(429);
  }

  @Test
  void aRateIsFoundByItsOwnKey() throws Exception {
    String whose = "\"key\": [\"/orders\", \"192.0.2.7\"]";
    passes(1, RATE, "192.0.2.7", 5);
    assertThat(check(1, RATE, "192.0.2.7")).isEqualTo(429);
    assertThat(does(0, "get", "rate", whose)).contains("\"used\":5,\"remaining\":0");
    assertThat(does(1, "grant", "rate", whose + ", \"units\": 3")).contains("\"given\":3");
    passes(1, RATE, "192.0.2.7", 3);
    assertThat(check(1, RATE, "192.0.2.7")).isEqualTo(429);
    assertThat(does(1, "reset", "rate", whose)).contains("\"given\":5", "\"used\":0");
    passes(1, RATE, "192.0.2.7", 5);
  }

  @Test
  void eachReplicaSaysHowItsOwnCounterStands() throws Exception {
    String whose = "\"key\": [\"192.0.2.7\"]";
    passes(0, EACH, "192.0.2.7", 5);
    passes(1, EACH, "192.0.2.7", 2);
    assertThat(check(0, EACH, "192.0.2.7")).isEqualTo(429);
    // A busy replica may answer later than it is waited for.
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() ->
            assertThat(does(0, "get", "own", whose))
                .contains("\"scope\":\"Replica\"", "\"replicas\":{\"others\":1,\"reached\":1}")
                .containsSubsequence(
                    "\"at\":\"this replica\"",
                    "\"used\":5",
                    "\"at\":\"127.0.0.1:" + ports[1] + "\"",
                    "\"used\":2"));

    assertThat(does(1, "grant", "own", whose + ", \"units\": 1"))
        .containsSubsequence("this replica", "\"used\":1", "127.0.0.1", "\"used\":4");
    passes(0, EACH, "192.0.2.7", 1);
    assertThat(check(0, EACH, "192.0.2.7")).isEqualTo(429);

    assertThat(does(1, "reset", "own", whose))
        .containsSubsequence("this replica", "\"used\":0", "127.0.0.1", "\"used\":0");
    passes(0, EACH, "192.0.2.7", 5);
  }

  @Test
  void letsNobodyInWithoutTheToken() throws Exception {
    String body = order("reset", "yearly", "\"address\": \"192.0.2.7\"");
    for (String path : List.of("/quotas", "/replica/quotas")) {
      assertThat(send(0, "POST", path, body, null).statusCode()).isEqualTo(401);
      assertThat(send(0, "POST", path, body, "a-token-of-somebody-else").statusCode())
          .isEqualTo(401);
      assertThat(send(0, "GET", path, "", TOKEN).statusCode()).isEqualTo(405);
      assertThat(send(0, "POST", path + "/x", body, TOKEN).statusCode()).isEqualTo(404);
    }
    assertThat(send(0, "POST", "/quotas", "x".repeat((64 << 10) + 1), TOKEN).statusCode())
        .isEqualTo(413);
  }

  private void refuses(int status, String body, String why) throws Exception {
    HttpResponse<String> answer = post(0, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains(why);
  }

  @Test
  void saysWhatIsWrong() throws Exception {
    String whose = "\"address\": \"192.0.2.7\"";
    refuses(404, order("get", "nothing", whose), "there are shop/orders/own, shop/orders/rate");
    refuses(
        404,
        "{\"action\": \"get\", \"limit\": \"a/b/c\", \"client\": \"x\"}",
        "no route has a limit of that policy");
    refuses(400, "{", "");
    refuses(400, order("take", "yearly", whose), "get, reset or grant");
    refuses(400, order("get", "yearly", "\"client\": 7"), "client must be a text");
    refuses(400, order("get", "yearly", "\"client\": \"\""), "client must be a text");
    refuses(
        400, order("get", "yearly", "\"client\": \"%s\"".formatted("x".repeat(1025))), "longer");
    refuses(400, order("get", "own", "\"key\": [\"%s\"]".formatted("x".repeat(1025))), "longer");
    refuses(400, order("get", "own", "\"key\": [\"x\"]"), "an address");
    refuses(400, order("get", "own", "\"key\": []"), "1 to 16");
    refuses(400, order("get", "rate", "\"key\": [\"x\"]"), "request.path, source.address");
    refuses(
        400, order("get", "yearly", "\"key\": [\"x\"]"), "counts by client, subject or address");
    refuses(400, order("get", "yearly", whose + ", \"client\": \"x\""), "exactly one");
    refuses(400, order("get", "yearly", whose + ", \"plan\": \"gold\""), "no allowance");
    refuses(400, order("get", "yearly", whose + ", \"units\": 1"), "go with the action grant");
    refuses(400, order("get", "yearly", whose + ", \"what\": 1"), "unknown member");
    for (String units : List.of("0", "-1", "1000000000001", "1.5", "\"1\"")) {
      refuses(400, order("grant", "yearly", whose + ", \"units\": " + units), "from 1 to");
    }
    refuses(400, order("grant", "yearly", whose), "from 1 to");
    redis.kill();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> refuses(503, order("reset", "yearly", whose), "shared store"));
  }
}
