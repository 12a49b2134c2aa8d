// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.Main;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command guards a service on this machine while its policies are edited. In order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GatewayIT {
  /** It takes less than a second; the bound leaves room for a machine that is busy. */
  private static final Duration IN_FORCE = Duration.ofSeconds(5);

  @TempDir static Path directory;
  private static @Nullable HttpServer api;
  private static @Nullable RunningCommand gateway;
  private static Requests client = new Requests("127.0.0.1", FreePorts.next());
  private static String key = "";
  private static String example = "";

  @BeforeAll
  static void guardTheSampleApi() throws IOException {
    HttpServer service = SampleApi.start(0);
    api = service;
    example = Files.readString(Home.directory().resolve("examples/gateway/orders.yaml"));
    Files.createDirectory(directory.resolve("policies"));
    write("orders.yaml", example);
    issueKey();
    RunningCommand starting =
        RunningCommand.start(
            Files.createDirectory(directory.resolve("run")),
            "gateway",
            "--policies",
            directory.resolve("policies").toString(),
            "--service",
            "shop/orders=127.0.0.1:" + service.getAddress().getPort(),
            "--listen",
            "127.0.0.1:" + client.port());
    gateway = starting;
    starting.awaitLine(0, "Guarding on http://127.0.0.1:" + client.port());
  }

  @AfterAll
  static void endEverything() {
    gateway().close();
    Objects.requireNonNull(api).stop(0);
  }

  @Test
  @Order(1)
  void decidesAsTheExampleSays() {
    assertThat(client.status("GET", "/health")).isEqualTo(200);
    assertThat(client.status("GET", "/orders/7", key)).isEqualTo(200);
    assertThat(client.status("GET", "/orders/7")).isEqualTo(403);
    assertThat(client.status("POST", "/orders/7", key)).isEqualTo(403);
    assertThat(client.status("GET", "/orders/7", key + "0")).isEqualTo(401);
    assertThat(client.status("GET", "/orders/..%2fhealth", key)).isEqualTo(400);
    assertThat(gateway().lines()).noneMatch(line -> line.contains("error"));
  }

  @Test
  @Order(2)
  void anEditIsInForceSoon(TestReporter reporter) throws IOException {
    Duration took = edit(example.replace("/health", "/healthz"), "/healthz", 200);
    reporter.publishEntry("an edit was in force after", took.toMillis() + " ms");
    assertThat(client.status("GET", "/health")).isEqualTo(403);
    assertThat(took).isLessThan(IN_FORCE);
  }

  @Test
  @Order(3)
  void aFieldThatDoesNotExistChangesNothing() throws IOException {
    assertKept(
        example.replace("maxBodyBytes", "maxBodyByte"),
        "orders\\.yaml:25:18: error\\[PC1009\\]: .*maxBodyByte.*; fix: .*maxBodyBytes.*");
  }

  @Test
  @Order(4)
  void aFileThatIsNoYamlChangesNothing() throws IOException {
    assertKept(
        example.replace("orders.read]", "orders.read"),
        "orders\\.yaml:\\d+:\\d+: error\\[PC1002\\]: not YAML: .*; fix: .*");
  }

  @Test
  @Order(5)
  void aMendedFileIsTakenUp(TestReporter reporter) throws IOException {
    int from = gateway().lines().size();
    Duration took = edit(example, "/health", 200);
    reporter.publishEntry("a mended file was in force after", took.toMillis() + " ms");
    assertThat(client.status("GET", "/healthz")).isEqualTo(403);
    gateway().awaitLine(from, "Policies changed and are in force.");
    assertThat(took).isLessThan(IN_FORCE);
  }

  @Test
  @Order(6)
  void aRevokedKeyIsRefused() throws IOException {
    Path file = directory.resolve("policies/acme.yaml");
    Files.writeString(file, Files.readString(file) + "  revoked: true\n");
    gateway().await("401", () -> client.status("GET", "/orders/7", key) == 401);
    assertThat(client.status("GET", "/health")).isEqualTo(200);
  }

  @Test
  @Order(7)
  void aDeletedKeyIsRefused(TestReporter reporter) throws IOException {
    issueKey();
    gateway().await("200", () -> client.status("GET", "/orders/7", key) == 200);
    Files.delete(directory.resolve("policies/acme.yaml"));
    long begin = System.nanoTime();
    gateway().await("401", () -> client.status("GET", "/orders/7", key) == 401);
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    reporter.publishEntry("a deleted key was refused after", took.toMillis() + " ms");
    assertThat(client.status("GET", "/health")).isEqualTo(200);
    assertThat(took).isLessThan(IN_FORCE);
  }

  @Test
  @Order(8)
  void takesEverythingWithItWhenItIsToldToEnd() {
    List<ProcessHandle> started = gateway().started();
    assertThat(started).as("decision service and Envoy").hasSize(2);
    gateway().terminate();
    assertThat(gateway().exitCode()).isEqualTo(128 + 15);
    gateway().assertNothingIsLeft(started);
    assertThat(gateway().lines()).noneMatch(line -> line.startsWith("portcullis: error"));
  }

  /** Breaks the policy: one line says so, and it decides as before. */
  private static void assertKept(String broken, String complaint) throws IOException {
    int from = gateway().lines().size();
    write("orders.yaml", broken);
    gateway().awaitLine(from, "what has an error keeps its last good version");
    List<String> said = gateway().lines().subList(from, gateway().lines().size());
    assertThat(said).hasSize(2).first().asString().containsPattern(complaint);
    assertThat(client.status("GET", "/healthz")).isEqualTo(200);
    assertThat(client.status("GET", "/health")).isEqualTo(403);
    assertThat(client.status("GET", "/orders/7")).isEqualTo(403);
    assertThat(client.status("GET", "/orders/7", key)).isEqualTo(200);
  }

  private static Duration edit(String text, String path, int status) throws IOException {
    long start = System.nanoTime();
    write("orders.yaml", text);
    gateway().await(path + " is " + status, () -> client.status("GET", path) == status);
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static void issueKey() throws IOException {
    StringWriter out = new StringWriter();
    CommandLine command = Main.commandLine().setOut(new PrintWriter(out));
    assertThat(
            command.execute(
                "apikey",
                "create",
                "--client=acme",
                "-n=shop",
                "--label=api=orders",
                "--scope=orders.read",
                "--output=json"))
        .isZero();
    JsonNode created = new JsonMapper().readTree(out.toString());
    key = "x-api-key: " + created.path("key").asText();
    write("acme.yaml", yaml(created.path("resource")));
  }

  /** Block style at the top, so that a line can be added to {@code spec} at the end. */
  private static String yaml(JsonNode resource) {
    StringBuilder text = new StringBuilder();
    resource
        .properties()
        .forEach(field -> {
          if (field.getKey().equals("spec")) {
            text.append("spec:\n");
            field
                .getValue()
                .properties()
                .forEach(of -> text.append("  %s: %s\n".formatted(of.getKey(), of.getValue())));
          } else {
            text.append(field.getKey()).append(": ").append(field.getValue()).append('\n');
          }
        });
    return text.toString();
  }

  private static void write(String name, String text) throws IOException {
    Files.writeString(directory.resolve("policies").resolve(name), text);
  }

  private static RunningCommand gateway() {
    return Objects.requireNonNull(gateway);
  }
}
