// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.config.EnvironmentException;
import dev.portcullis.extauthz.config.ServerConfig;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole process on files, asked over a real socket; only the engine is a stand-in. */
@Timeout(60)
final class RunningServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final TestEngine engine = new TestEngine();
  private final List<String> announced = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new CopyOnWriteArrayList<>();

  @TempDir Path directory;

  @BeforeEach
  void writePlan() throws IOException {
    write(List.of(Plans.open("shop/orders"), Plans.closed("shop/closed")));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void decidesByThePlan() throws Exception {
    Client client = client(start());
    assertThat(client.status("shop/orders")).isEqualTo(200);
    assertThat(client.status("shop/closed")).isEqualTo(503);
    assertThat(client.status("shop/unknown")).isEqualTo(503);
    assertThat(client.status("")).isEqualTo(503);
    assertThat(announced).hasSize(2);
    assertThat(announced.get(0)).matches("listening grpc=127.0.0.1:\\d+ admin=127.0.0.1:\\d+");
    assertThat(announced.get(1)).isEqualTo("ready routes=2");
  }

  @Test
  void whateverGoesWrongInsideIsARefusalAndCounted() throws Exception {
    RunningServer server = start();
    Client client = client(server);
    engine.failWith(new IllegalStateException("swordfish"));
    CheckResponse answer = client.check(Checks.of("shop/orders", "/"));
    assertThat(answer.getStatus().getCode()).isEqualTo(14);
    assertThat(answer.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
    assertThat(answer.getDeniedResponse().getBody()).doesNotContain("swordfish");
    assertThat(client.check(Checks.bare("shop/orders", "/")).hasDeniedResponse()).isTrue();
    assertThat(metrics(server)).contains("portcullis_internal_errors_total 2.0");
  }

  @Test
  void followsThePlanAndKeepsWhatItHasWhenTheFileIsBroken() throws Exception {
    RunningServer server = start();
    Client client = client(server);
    write(List.of(Plans.open("shop/closed")));
    await().atMost(Duration.ofSeconds(10)).until(() -> client.status("shop/closed") == 200);
    assertThat(client.status("shop/orders")).isEqualTo(503);

    Files.writeString(directory.resolve("plan.json"), "{ not a plan");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(metrics(server)).contains("portcullis_plan_connected 0.0"));
    assertThat(client.status("shop/closed")).isEqualTo(200);

    write(List.of(Plans.open("shop/orders")));
    await().atMost(Duration.ofSeconds(10)).until(() -> client.status("shop/orders") == 200);
    assertThat(metrics(server)).contains("portcullis_plan_connected 1.0");
  }

  @Test
  void loadsAgainOnlyWhatHasChanged() throws Exception {
    SecretMaterial jwks = Plans.secret("jwks");
    write(List.of(Plans.open("shop/a"), Plans.withSecret("shop/b", jwks)));
    start();
    assertThat(engine.loads()).containsExactly("shop/a", "shop/b");
    write(List.of(Plans.changed("shop/a"), Plans.withSecret("shop/b", jwks)));
    await().atMost(Duration.ofSeconds(10)).until(() -> engine.loads().size() == 3);
    assertThat(engine.loads()).containsExactly("shop/a", "shop/b", "shop/a");
  }

  @Test
  void tellsProbesAndPrometheusHowItIs() throws Exception {
    RunningServer server = start();
    Client client = client(server);
    assertThat(client.health()).isEqualTo(ServingStatus.SERVING);
    assertThat(Client.get(server.adminPort(), "/healthz").statusCode()).isEqualTo(200);
    assertThat(Client.get(server.adminPort(), "/readyz").statusCode()).isEqualTo(200);
    assertThat(Client.get(server.adminPort(), "/readyz/x").statusCode()).isEqualTo(404);
    client.status("shop/orders");
    client.status("shop/unknown");
    assertThat(metrics(server))
        .contains("portcullis_decisions_total{outcome=\"allow\",reason=\"NONE\"} 1.0")
        .contains("portcullis_decisions_total{outcome=\"deny\",reason=\"ROUTE_UNKNOWN\"} 1.0")
        .contains("portcullis_route_decisions_total{outcome=\"allow\",route=\"shop/orders\"} 1.0")
        .contains("portcullis_decision_seconds_count 2")
        .contains("portcullis_plan_routes 2.0")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void logsDecisionsToItsFile() throws Exception {
    Path file = directory.resolve("decisions.jsonl");
    RunningServer server = start(config(ANY_PORT, file.toString(), Duration.ZERO));
    Client client = client(server);
    client.check(Checks.of("shop/orders", "/orders?token=swordfish", "cookie", "a=swordfish"));
    await().atMost(Duration.ofSeconds(10)).until(() -> Files.size(file) > 0);
    assertThat(Files.readString(file))
        .contains("\"route\":\"shop/orders\"", "\"path\":\"/orders\"")
        .doesNotContain("swordfish");
    assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
  }

  @Test
  void explainsADecisionByItsIdAndTellsNoSecret() throws Exception {
    RunningServer server = start();
    Client client = client(server);
    client.check(Checks.of("shop/orders", "/orders?token=swordfish", "cookie", "a=swordfish"));
    var known = Client.get(server.adminPort(), "/decisions/01TEST");
    assertThat(known.statusCode()).isEqualTo(200);
    assertThat(known.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(known.body()).contains("\"path\":\"/orders\"").doesNotContain("swordfish");
    assertThat(Client.get(server.adminPort(), "/decisions/02TEST").statusCode()).isEqualTo(404);
    assertThat(Client.get(server.adminPort(), "/decisions/").statusCode()).isEqualTo(404);
    assertThat(Client.get(server.adminPort(), "/decisions/..%2fx").statusCode()).isEqualTo(404);
  }

  @Test
  void drainsBeforeItStops() throws Exception {
    RunningServer server = start(config(ANY_PORT, "none", Duration.ofSeconds(20)));
    Client client = client(server);
    assertThat(client.status("shop/orders")).isEqualTo(200);
    Thread closing = Thread.ofPlatform().start(server::close);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> client.health() == ServingStatus.NOT_SERVING);
    // Envoy has not noticed yet: what it asks is decided all the same.
    assertThat(client.status("shop/orders")).isEqualTo(200);
    assertThat(Client.get(server.adminPort(), "/readyz").statusCode()).isEqualTo(503);
    client.close();
    assertThat(closing.join(Duration.ofSeconds(10))).as("no connection is left").isTrue();
  }

  @Test
  void saysInOneLineThatAPortIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(ANY_PORT);
      ServerConfig config =
          config((InetSocketAddress) taken.getLocalSocketAddress(), "none", Duration.ZERO);
      assertThatThrownBy(() -> start(config))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("--listen");
    }
  }

  @Test
  void saysInOneLineThatThereIsNoPlan() throws Exception {
    Files.delete(directory.resolve("plan.json"));
    assertThatThrownBy(this::start)
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("--plan-dir")
        .hasMessageContaining("plan.json");
  }

  private RunningServer start() throws EnvironmentException {
    return start(config(ANY_PORT, "none", Duration.ZERO));
  }

  private RunningServer start(ServerConfig config) throws EnvironmentException {
    RunningServer server = RunningServer.start(config, _ -> engine, announced::add);
    open.add(server);
    return server;
  }

  private Client client(RunningServer server) {
    Client client = new Client(server.grpcPort());
    open.add(client);
    return client;
  }

  private ServerConfig config(InetSocketAddress listen, String log, Duration drain) {
    return TestConfig.of(directory).listen(listen).log(log).drain(drain).make();
  }

  private static String metrics(RunningServer server) throws IOException, InterruptedException {
    return Client.get(server.adminPort(), "/metrics").body();
  }

  private void write(List<? extends RoutePlan> routes) throws IOException {
    new PlanDirectory(directory).writePlan(new PlanSnapshot(List.copyOf(routes), List.of()));
  }
}
