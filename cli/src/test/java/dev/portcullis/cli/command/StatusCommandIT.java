// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandRun;
import dev.portcullis.cli.Main;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.CommandResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command against a real API server, in which a test writes what an operator would. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // the API server starts before the tests, not before the class
class StatusCommandIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private ApiServer kubernetes;

  @BeforeAll
  void start() {
    kubernetes = ApiServer.start();
  }

  @AfterAll
  void stop() {
    kubernetes.close();
  }

  @BeforeEach
  void removeEverything() {
    kubernetes.applyCrds();
    kubernetes
        .kubectl("delete", "apipolicies,ratelimitpolicies", "-n", "default", "--all")
        .orThrow();
  }

  @Test
  void isContentWithAClusterWithoutPolicies() {
    CommandRun run = status();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo("There are no policies.\n");
  }

  @Test
  void tellsOfEveryPolicyAndOfWhatIsMissing() {
    apply("ApiPolicy", "orders");
    apply("RateLimitPolicy", "orders");
    say("apipolicy", "orders", "True", "1 decision service and 2 proxies run it", 2);
    CommandRun partly = status();
    assertThat(partly.exitCode()).isEqualTo(1);
    assertThat(partly.out())
        .contains("✓ ApiPolicy default/orders")
        .contains("2/2")
        .contains("2 policies, 1 not in force:")
        .contains("  RateLimitPolicy default/orders: the operator has said nothing of it yet");

    say("ratelimitpolicy", "orders", "False", "waits for proxies default/orders-7d4f", 1);
    assertThat(status().out())
        .contains(
            "RateLimitPolicy default/orders: Programmed=False Pending: waits for proxies"
                + " default/orders-7d4f")
        .contains("1/2");

    say("ratelimitpolicy", "orders", "True", "1 decision service and 2 proxies run it", 2);
    CommandRun all = status("-n", "default");
    assertThat(all.exitCode()).isZero();
    assertThat(all.out()).contains("2 policies, all in force");
    assertThat(status("-n", "elsewhere").out()).contains("There are no policies.");
  }

  @Test
  void anEditIsNotInForceBeforeItWasSeen() {
    apply("ApiPolicy", "orders");
    say("apipolicy", "orders", "True", "run it", 2);
    assertThat(status().exitCode()).isZero();
    kubernetes
        .kubectl(
            "patch",
            "apipolicy",
            "orders",
            "--type=merge",
            "-p",
            "{\"spec\":{\"mode\":\"Shadow\"}}")
        .orThrow();
    CommandRun run = status();
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("has not seen generation 2 yet, only 1").contains("Shadow");
  }

  @Test
  void writesJson() throws IOException {
    apply("ApiPolicy", "orders");
    say("apipolicy", "orders", "False", "waits for proxies default/orders-7d4f", 1);
    CommandRun run = status("--output", "json");
    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode report = new JsonMapper().readTree(run.out());
    assertThat(report.path("inForce").asBoolean(true)).isFalse();
    JsonNode orders = report.path("policies").path(0);
    assertThat(orders.path("name").asText()).isEqualTo("orders");
    assertThat(orders.path("conditions").path(2).path("message").asText())
        .isEqualTo("waits for proxies default/orders-7d4f");
    assertThat(orders.path("targets").path(0).path("proxies").path("total").asInt()).isEqualTo(2);
  }

  @Test
  @Timeout(180)
  void goesOnTellingWhatChanges() throws InterruptedException {
    apply("ApiPolicy", "orders");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CommandLine command = Main.commandLine();
    command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
    Thread watching =
        Thread.ofPlatform()
            .start(() ->
                command.execute("status", "--kubeconfig", kubeconfig(), "--watch", "-o", "json"));
    awaitLines(out, 1);
    say("apipolicy", "orders", "True", "run it", 2);
    awaitLines(out, 2);
    watching.interrupt();
    assertThat(watching.join(PATIENCE)).isTrue();
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("{\"inForce\":false,"),
            second -> assertThat(second).startsWith("{\"inForce\":true,"));
  }

  @Test
  void saysWhereEachSectionComesFrom() throws IOException {
    kubernetes
        .kubectlReading(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: effective, namespace: default}
            spec: {ports: [{name: http, port: 80}]}
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: baseline, namespace: default}
            spec:
              targetRefs: [{kind: Namespace, name: default}]
              authentication: {methods: [{name: public, anonymous: {}}]}
              authorization: {rules: [{name: any}]}
            ---
            apiVersion: portcullis.dev/v1alpha1
            kind: ApiPolicy
            metadata: {name: effective, namespace: default}
            spec:
              targetRefs: [{kind: Service, name: effective}]
              mode: Shadow
              authorization: {rules: [{name: none, effect: Deny}]}
            """,
            "apply",
            "-f",
            "-")
        .orThrow();
    CommandRun run = status("--effective", "-n", "default");
    assertThat(run.out())
        .contains(
            """
            Where default/effective has its sections from
              authentication: ApiPolicy default/baseline
            """);
    assertThat(run.out()).contains("  authorization: ApiPolicy default/");
    JsonNode routes =
        new JsonMapper().readTree(status("--effective", "-o", "json").out()).path("effective");
    assertThat(routes.findValuesAsText("route")).contains("default/effective");
    kubernetes.kubectl("delete", "service", "effective", "-n", "default").orThrow();
    CommandRun both = status("--effective", "--watch");
    assertThat(both.exitCode()).isEqualTo(2);
  }

  @Test
  void saysThatTheDefinitionsAreMissing() {
    kubernetes.kubectl("delete", "crd", "ratelimitpolicies.portcullis.dev", "--wait").orThrow();
    CommandRun run = status();
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.complaint()).contains("has no RateLimitPolicy resources: install the chart");
  }

  @Test
  void saysThatNobodyAnswers() throws IOException {
    Path elsewhere = directory.resolve("elsewhere.yaml");
    Files.writeString(
        elsewhere,
        Files.readString(kubernetes.kubeconfigFile())
            .replace(kubernetes.url(), "https://127.0.0.1:1"));
    CommandRun run = CommandRun.of("status", "--kubeconfig", elsewhere.toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.complaint()).contains("no cluster: https://127.0.0.1:1/ does not answer");
  }

  @Test
  void saysThatThereIsNoKubeconfig() {
    Path missing = directory.resolve("none.yaml");
    CommandRun run = CommandRun.of("status", "--kubeconfig", missing.toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.complaint())
        .isEqualTo("portcullis: error: no cluster: there is no kubeconfig " + missing);
  }

  @Test
  void saysThatTheKubeconfigIsNone() throws IOException {
    Path broken = Files.writeString(directory.resolve("broken.yaml"), "clusters: {");
    CommandRun run = CommandRun.of("status", "--kubeconfig", broken.toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.errLines().getFirst()).contains("no cluster: cannot read the kubeconfig");
  }

  @Test
  void saysWhoMayNotAsk() throws IOException {
    Path stranger =
        Files.writeString(directory.resolve("stranger.yaml"), kubernetes.kubeconfigFor("nobody"));
    CommandRun run = CommandRun.of("status", "--kubeconfig", stranger.toString());
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.complaint()).contains("does not know who asks");
  }

  private static void awaitLines(ByteArrayOutputStream out, int wanted)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (out.toString(StandardCharsets.UTF_8).lines().count() < wanted) {
      assertThat(System.nanoTime()).as("%s", out).isLessThan(end);
      Thread.sleep(50);
    }
  }

  private String kubeconfig() {
    return kubernetes.kubeconfigFile().toString();
  }

  private CommandRun status(String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "status";
    arguments[1] = "--kubeconfig";
    arguments[2] = kubeconfig();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return CommandRun.of(arguments);
  }

  private void apply(String kind, String name) {
    String limits =
        kind.equals("RateLimitPolicy")
            ? "  limits: [{name: a, rate: {requests: 1, per: 1m}}]\n"
            : "";
    kubernetes
        .kubectlReading(
            """
            apiVersion: portcullis.dev/v1alpha1
            kind: %s
            metadata: {name: %s, namespace: default}
            spec:
              targetRefs: [{kind: Service, name: %s}]
            """
                    .formatted(kind, name, name)
                + limits,
            "apply",
            "-f",
            "-")
        .orThrow();
  }

  /** What an operator would say of the first generation, of whose two proxies some are ready. */
  private void say(String kind, String name, String programmed, String message, int ready) {
    StringBuilder conditions = new StringBuilder();
    conditions.append(condition("Accepted", "True", "Accepted", "it compiled")).append(',');
    conditions.append(condition("ResolvedRefs", "True", "Resolved", "all exists")).append(',');
    conditions.append(
        condition(
            "Programmed",
            programmed,
            programmed.equals("True") ? "Programmed" : "Pending",
            message));
    String status =
        """
        {"status": {"observedGeneration": 1, "conditions": [%s], "targets":
          [{"kind": "Service", "name": "%s", "proxies": {"ready": %d, "total": 2}}]}}
        """
            .formatted(conditions, name, ready);
    CommandResult patched =
        kubernetes.kubectl(
            "patch", kind, name, "--subresource=status", "--type=merge", "-p", status);
    patched.orThrow();
  }

  private static String condition(String type, String status, String reason, String message) {
    return """
    {"type": "%s", "status": "%s", "reason": "%s", "message": "%s",
     "lastTransitionTime": "2026-11-22T00:00:00Z", "observedGeneration": 1}
    """
        .formatted(type, status, reason, message);
  }
}
