// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.record.DecisionJson;
import dev.portcullis.engine.record.DecisionRecord;
import dev.portcullis.engine.record.Redaction;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.plan.RouteId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Decisions are made and logged by the engine itself. */
class PreviewCommandTest {
  private static final String ORDERS =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        authentication:
          methods:
          - name: partners
            apiKey: {from: [{header: X-API-Key}]}
          - {name: public, anonymous: {}}
        authorization:
          rules:
          - {name: read, match: [{methods: [GET]}]}
          - {name: write, match: [{methods: [POST]}], scopes: [orders.write]}
        audit: {sample: 1.0}
      """;
  private static final String OPEN =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        audit: {sample: 1.0}
      """;
  private static final String LIMIT =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: RateLimitPolicy
      metadata: {name: orders, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: orders}]
        limits:
        - {name: per-client, key: [source.address], rate: {requests: 2, per: 1m}}
      """;

  @TempDir Path directory;
  private final Instant start = Instant.now().minus(Duration.ofMinutes(30));
  private Path log;
  private Path today;
  private Path planned;
  private String key;
  private int requests;

  @BeforeEach
  void files() throws IOException {
    log = Files.createFile(directory.resolve("decisions.jsonl"));
    today = directory.resolve("today.yaml");
    planned = directory.resolve("planned.yaml");
    Files.writeString(today, ORDERS);
    key = "";
  }

  @Test
  void namesWhomARuleWouldNewlyRefuseAndLetsTheOthersBe() throws IOException {
    CommandRun created =
        CommandRun.of(
            "apikey", "create", "--client", "acme", "-n", "shop", "--scope", "orders.write");
    key = created.err().lines().filter(line -> line.contains("pck_")).findFirst().orElseThrow();
    key = key.substring(key.indexOf("pck_")).strip();
    assertThat(ApiKeyText.parse(key)).isPresent();
    Recorder recorder = new Recorder(ORDERS, created.out());
    recorder.request("GET", "/orders/7", "192.0.2.7");
    recorder.request("GET", "/orders/7", "192.0.2.8", "x-api-key", key);
    recorder.request("POST", "/orders", "192.0.2.8", "x-api-key", key);
    recorder.request("DELETE", "/orders/7", "192.0.2.8", "x-api-key", key);
    recorder.request("GET", "/orders/7", "192.0.2.9", "x-api-key", "wrong");
    assertThat(Files.readString(log)).doesNotContain(key);

    JsonNode same = preview(0, ORDERS);
    assertThat(same.path("requests").path("SAME").asInt()).isEqualTo(5);
    assertThat(same.path("groups")).isEmpty();

    JsonNode stricter =
        preview(
            0,
            ORDERS
                .replace("    - {name: public, anonymous: {}}\n", "")
                .replace("scopes: [orders.write]", "scopes: [orders.admin]"));
    assertThat(counts(stricter)).isEqualTo(Map.of("REFUSED", 2, "SAME", 3));
    JsonNode missing = group(stricter, "CREDENTIALS_MISSING");
    assertThat(missing.path("callers").path(0).path("name").asText()).isEqualTo("192.0.2.7");
    JsonNode scopes = group(stricter, "NO_RULE_ALLOWS");
    assertThat(scopes.path("callers").path(0).path("name").asText()).isEqualTo("acme");
    assertThat(scopes.path("examples").path(0).path("name").asText()).isEqualTo("POST /orders");
    assertThat(scopes.path("by").asText()).isEqualTo("ApiPolicy shop/orders");

    JsonNode looser = preview(0, ORDERS.replace("methods: [POST]}]", "methods: [POST, DELETE]}]"));
    assertThat(counts(looser)).isEqualTo(Map.of("ADMITTED", 1, "SAME", 4));
  }

  @Test
  void countsLimitsByTheTimesOfTheRequests() throws IOException {
    Recorder recorder = new Recorder(ORDERS);
    for (int i = 0; i < 6; i++) {
      recorder.request("GET", "/orders/" + i, "192.0.2.7");
      recorder.pass(Duration.ofSeconds(1));
    }
    recorder.request("GET", "/orders/7", "192.0.2.8");
    recorder.pass(Duration.ofMinutes(2));
    recorder.request("GET", "/orders/8", "192.0.2.7");
    JsonNode report = preview(1, LIMIT, "--strict");
    assertThat(counts(report)).isEqualTo(Map.of("LIMITED", 4, "SAME", 4));
    assertThat(group(report, "RATE_LIMITED").path("by").asText())
        .isEqualTo("RateLimitPolicy shop/orders, per-client");
  }

  /** The log says neither how long a request took nor what came of it. */
  @Test
  void knowsNoEnds() throws IOException {
    Recorder recorder = new Recorder(ORDERS);
    for (int i = 0; i < 5; i++) {
      recorder.request("GET", "/orders/" + i, "192.0.2.7");
    }
    String rate = "rate: {requests: 2, per: 1m}";
    assertThat(counts(preview(0, LIMIT.replace(rate, "concurrency: 1"))))
        .isEqualTo(Map.of("SAME", 5));
    JsonNode failures = preview(0, LIMIT.replace(rate, "count: Failures, " + rate));
    assertThat(counts(failures)).isEqualTo(Map.of("SAME", 2, "UNKNOWN", 3));
    assertThat(failures.path("groups").findValuesAsText("why"))
        .containsExactly("it depends on which requests failed, which is not recorded");
  }

  @Test
  void claimsNothingAboutWhatIsNotRecorded() throws IOException {
    Recorder recorder = new Recorder(OPEN);
    recorder.request("GET", "/orders/7", "192.0.2.7", "authorization", "Bearer secret");
    recorder.request("GET", "/orders/7", "192.0.2.7");
    recorder.request("GET", "/orders/" + "x".repeat(2_000), "192.0.2.7");
    Files.writeString(today, OPEN);
    JsonNode report =
        preview(
            0,
            """
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: orders, namespace: shop}
            spec:
              targetRefs: [{kind: Service, name: orders}]
              authentication:
                methods:
                - name: staff
                  jwt: {issuer: "https://idp.example.com/", audiences: [orders]}
                - {name: public, anonymous: {}}
              authorization:
                rules:
                - name: short
                  when: size(request.path) < 1000 && !("authorization" in request.headers)
            """);
    assertThat(counts(report)).isEqualTo(Map.of("SAME", 1, "UNKNOWN", 2));
    assertThat(report.path("groups").findValuesAsText("why"))
        .anyMatch(why -> why.contains("credential of method staff"))
        .anyMatch(why -> why.contains("too long"));
  }

  @Test
  void tellsWhatShadowsWouldDoAndReadsWorkloadsOfTheMesh() throws IOException {
    Recorder recorder = new Recorder(OPEN);
    recorder.principal = new Principal("spiffe://cluster.local/ns/billing/sa/reports");
    recorder.request("GET", "/orders/7", "192.0.2.7");
    Files.writeString(today, OPEN);
    String mtls =
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          mode: Shadow
          authentication:
            methods:
            - {name: team, mtls: {principals: ["spiffe://cluster.local/ns/shop/sa/*"]}}
        """;
    assertThat(counts(preview(0, mtls))).isEqualTo(Map.of("SHADOW", 1));
    assertThat(counts(preview(0, mtls.replace("  mode: Shadow\n", ""))))
        .isEqualTo(Map.of("REFUSED", 1));
    assertThat(
            counts(preview(0, mtls.replace("  mode: Shadow\n", "").replace("/shop/", "/billing/"))))
        .isEqualTo(Map.of("SAME", 1));
  }

  /** Identities of connections are recorded, so what asks for nothing else can always be told. */
  @Test
  void tellsWhichWorkloadsNewPrincipalsWouldLetIn() throws IOException {
    String team =
        OPEN.replace(
            "  audit:",
            """
              authentication:
                methods:
                - {name: team, mtls: {principals: ["spiffe://cluster.local/ns/shop/sa/*"]}}
              audit:\
            """);
    Files.writeString(today, team);
    Recorder recorder = new Recorder(team, "");
    recorder.principal = new Principal("spiffe://cluster.local/ns/billing/sa/reports");
    recorder.request("GET", "/orders/7", "192.0.2.7", "authorization", "Bearer of.no.use");
    recorder.principal = new Principal("spiffe://cluster.local/ns/shop/sa/cart");
    recorder.request("GET", "/orders/7", "192.0.2.8");

    JsonNode everybody =
        preview(0, team.replace("name: team", "name: everybody").replace("/ns/shop/", "/ns/*/"));

    assertThat(counts(everybody)).isEqualTo(Map.of("ADMITTED", 1, "SAME", 1));
    assertThat(everybody.path("groups").toString()).contains("ns/billing/sa/reports");
  }

  @Test
  void saysWhatIsWrongWithThePlanAndWithTheLog() throws IOException {
    Files.writeString(planned, ORDERS.replace("authorization:", "authorisation:"));
    CommandRun bad = run();
    assertThat(bad.exitCode()).isEqualTo(1);
    assertThat(bad.err()).contains("planned.yaml:");
    Files.writeString(planned, ORDERS);
    Files.writeString(log, "starting\n{\"level\":\"INFO\"}\n{\"decisionId\":\"A\", broken\n");
    CommandRun none = run();
    assertThat(none.exitCode()).isZero();
    assertThat(none.out()).contains("No recorded decision");
    Files.delete(log);
    CommandRun missing = run();
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.err()).contains("decisions.jsonl cannot be read");
  }

  @Test
  void remarksOnWhatTheLogDoesNotHave() throws IOException {
    new Recorder(ORDERS.replace("  audit: {sample: 1.0}\n", ""))
        .request("DELETE", "/orders/7", "192.0.2.7");
    Files.writeString(today, ORDERS.replace("  audit: {sample: 1.0}\n", ""));
    Files.writeString(planned, ORDERS);
    assertThat(run().out()).contains("note: of what shop/orders let in, the log has nothing");
  }

  private JsonNode preview(int exitCode, String policy, String... more) throws IOException {
    Files.writeString(planned, policy);
    String[] arguments = new String[more.length + 2];
    arguments[0] = "--output";
    arguments[1] = "json";
    System.arraycopy(more, 0, arguments, 2, more.length);
    CommandRun run = run(arguments);
    assertThat(run.exitCode()).as(run.err()).isEqualTo(exitCode);
    return new JsonMapper().readTree(run.out());
  }

  private CommandRun run(String... more) {
    String[] arguments = new String[more.length + 7];
    arguments[0] = "preview";
    arguments[1] = "-f";
    arguments[2] = planned.toString();
    arguments[3] = "--policies";
    arguments[4] = today.toString();
    arguments[5] = "--decisions";
    arguments[6] = log.toString();
    System.arraycopy(more, 0, arguments, 7, more.length);
    return CommandRun.of(arguments);
  }

  private static Map<String, Integer> counts(JsonNode report) {
    Map<String, Integer> counts = new TreeMap<>();
    report
        .path("requests")
        .properties()
        .forEach(entry -> counts.put(entry.getKey(), entry.getValue().asInt()));
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private static JsonNode group(JsonNode report, String why) {
    for (JsonNode group : report.path("groups")) {
      if (group.path("why").asText().equals(why)) {
        return group;
      }
    }
    throw new AssertionError("no group " + why + " in " + report);
  }

  /** Decides requests and logs them. */
  private final class Recorder {
    private final CompileResult plan;
    private final Engine engine;
    private @Nullable Principal principal;
    private Instant now = start;

    Recorder(String... policies) {
      byte[] yaml = String.join("\n---\n", policies).getBytes(StandardCharsets.UTF_8);
      FileSet files =
          new FileSet(new TreeMap<>(Map.of("a.yaml", FileReader.read("a.yaml", yaml))), List.of());
      plan =
          PolicyCompiler.compile(
              files.policySet(
                  new KnownServices.Listed(Map.of(new ServiceName("shop", "orders"), Set.of())),
                  true));
      assertThat(plan.diagnostics()).noneMatch(found -> found.isError());
      engine =
          LocalEngine.traced(
              (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
              hash -> plan.secrets().get(hash),
              Map.of(),
              _ -> {
                throw new IOException("is not asked here");
              },
              GeoSource.NONE,
              AddressLists.NONE,
              Revocations.NONE);
      assertThat(engine.replace(plan.routes().values())).isEmpty();
    }

    void pass(Duration time) {
      now = now.plus(time);
    }

    void request(String method, String path, String from, String... headers) throws IOException {
      RequestContext request =
          new RequestContext(
              new RequestLine(method, path, "orders.shop", "http", "HTTP/1.1"),
              Headers.of(headers),
              new Peer(IpAddress.parse(from), 40_000, principal),
              "request-" + requests++,
              now);
      Decision decision = engine.decide("shop/orders", request);
      Redaction redaction =
          Redaction.of(Objects.requireNonNull(plan.routes().get(new RouteId("shop/orders"))));
      try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
        DecisionJson.write(DecisionRecord.of(request, decision, redaction, 1_000), out);
      }
    }
  }
}
