// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the gateway says when something that it needs is missing, or goes away. */
final class GatewayWithoutPartsIT {
  private static final String EXAMPLE = Home.directory().resolve("examples/gateway").toString();

  @TempDir Path directory;
  private final int port = FreePorts.next();

  @Test
  void saysThatEnvoyIsMissing() throws IOException {
    assertRefused(homeWhoseEnvoyIs(""), "envoy is missing: tools/fetch envoy says why");
  }

  @Test
  void saysThatEnvoyMayNotBeExecuted() throws IOException {
    Path envoy = Files.writeString(directory.resolve("envoy"), "");
    assertRefused(
        homeWhoseEnvoyIs("echo " + envoy),
        envoy + " may not be executed: chmod +x it, or remove it and run tools/fetch envoy");
  }

  @Test
  void saysThatTheDecisionServiceWasNotBuilt() throws IOException {
    Path envoy = executable(directory.resolve("envoy"), "exit 1");
    assertRefused(
        homeWhoseEnvoyIs("echo " + envoy),
        "portcullis-ext-authz-server.jar is missing: build it with mvn -DskipTests package");
  }

  @Test
  void saysThatTheDecisionLogCannotBeWritten() {
    String log = directory.resolve("missing/decisions.jsonl").toString();
    assertRefused(
        Home.directory(), "--decision-log: cannot write to " + log, "--decision-log", log);
  }

  @Test
  void endsInsteadOfStandingOpenWithoutTheDecisionService() {
    try (RunningCommand gateway = start(Home.directory(), "127.0.0.2", "--decision-log", "-")) {
      gateway.awaitLine(0, "Guarding on http://127.0.0.2:" + port);
      assertThat(new Requests("127.0.0.2", port).status("GET", "/orders/7")).isEqualTo(403);
      gateway.awaitLine(0, "\"NO_RULE_ALLOWS\"");
      List<ProcessHandle> started = gateway.started();
      ProcessHandle decisionService =
          started.stream()
              .filter(one -> one.info().command().orElse("").endsWith("java"))
              .findFirst()
              .orElseThrow();
      decisionService.destroyForcibly();
      assertThat(gateway.exitCode()).isEqualTo(3);
      assertThat(gateway.lines().getLast())
          .startsWith("portcullis: error: ext-authz-server has ended: ");
      gateway.assertNothingIsLeft(started);
    }
  }

  private void assertRefused(Path home, String says, String... more) {
    try (RunningCommand gateway = start(home, "127.0.0.1", more)) {
      assertThat(gateway.exitCode()).isEqualTo(3);
      // The first line warns that the example has no key yet.
      assertThat(gateway.lines())
          .hasSize(2)
          .last()
          .asString()
          .startsWith("portcullis: error: ")
          .contains(says);
      gateway.assertNothingIsLeft(List.of());
    }
  }

  private RunningCommand start(Path home, String address, String... more) {
    List<String> arguments =
        new java.util.ArrayList<>(
            List.of("gateway", "--policies", EXAMPLE, "--service", "shop/orders=127.0.0.1:9"));
    arguments.addAll(List.of("--listen", address + ":" + port));
    arguments.addAll(List.of(more));
    return RunningCommand.startAt(home, directory.resolve("run"), arguments.toArray(String[]::new));
  }

  /** A project's directory where {@code tools/fetch --where} does what the script says. */
  private Path homeWhoseEnvoyIs(String script) throws IOException {
    Path home = directory.resolve("home");
    Files.createDirectories(home.resolve("tools"));
    executable(home.resolve("tools/fetch"), script);
    return home;
  }

  private static Path executable(Path file, String script) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
