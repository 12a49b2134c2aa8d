// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.extauthz.plan.PlanSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

final class ConfigTest {
  @TempDir Path directory;

  @Test
  void hasTheDocumentedDefaults() throws Exception {
    ServerConfig config = config(Map.of(), "--plan-dir", "/plan");
    assertThat(config.listen()).hasToString("/127.0.0.1:9191");
    assertThat(config.admin()).hasToString("/127.0.0.1:9192");
    assertThat(config.plan()).isEqualTo(new PlanSource.Directory(Path.of("/plan")));
    assertThat(config.stateDirectory()).isNull();
    assertThat(config.decisionLog()).isEqualTo("none");
    assertThat(config.decisionLogQueue()).isEqualTo(4096);
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.limits().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.limits().maxStreams()).isEqualTo(1024);
    assertThat(config.limits().maxMessageBytes()).isEqualTo(4 << 20);
    assertThat(config.maxWaiting()).isEqualTo(512);
    assertThat(config.tokenCacheBytes()).isEqualTo(64L << 20);
    assertThat(config.nativeCrypto()).isTrue();
    assertThat(config.metricRoutes()).isEqualTo(1000);
    assertThat(config.metricClients()).isZero();
  }

  @Test
  void readsEveryFlag() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    ServerConfig config =
        config(
            Map.of(),
            "--listen=[::1]:1",
            "--admin=127.0.0.1:2",
            "--operator=operator.test:3",
            "--operator-ca=" + file,
            "--token-file=" + file,
            "--state-dir=" + directory.resolve("state"),
            "--node-id=authz-0",
            "--operator-patience=500ms",
            "--decision-log=-",
            "--decision-log-queue=7",
            "--drain=0",
            "--threads=3",
            "--max-streams=8",
            "--max-message=128KiB",
            "--max-waiting=5",
            "--token-cache=1GiB",
            "--native-crypto=off",
            "--address-list=tor-exits=/lists/tor.txt",
            "--address-list",
            "offices=offices=1.txt",
            "--metric-routes=9",
            "--metric-clients=10");
    assertThat(config.listen().getPort()).isEqualTo(1);
    assertThat(config.admin().getPort()).isEqualTo(2);
    assertThat(config.plan())
        .isInstanceOfSatisfying(
            PlanSource.Operator.class,
            operator -> {
              assertThat(operator.address().address()).hasToString("operator.test:3");
              assertThat(operator.address().ca()).isEqualTo(file);
              assertThat(operator.address().token()).isEqualTo(file);
              assertThat(operator.stateDirectory()).isEqualTo(directory.resolve("state"));
              assertThat(operator.nodeId()).isEqualTo("authz-0");
              assertThat(operator.patience()).isEqualTo(Duration.ofMillis(500));
            });
    assertThat(config.stateDirectory()).isEqualTo(directory.resolve("state"));
    assertThat(config.decisionLog()).isEqualTo("-");
    assertThat(config.decisionLogQueue()).isEqualTo(7);
    assertThat(config.drain()).isZero();
    assertThat(config.limits().threads()).isEqualTo(3);
    assertThat(config.limits().maxStreams()).isEqualTo(8);
    assertThat(config.limits().maxMessageBytes()).isEqualTo(128 << 10);
    assertThat(config.maxWaiting()).isEqualTo(5);
    assertThat(config.tokenCacheBytes()).isEqualTo(1L << 30);
    assertThat(config.nativeCrypto()).isFalse();
    assertThat(config.addressLists())
        .isEqualTo(
            Map.of("tor-exits", Path.of("/lists/tor.txt"), "offices", Path.of("offices=1.txt")));
    assertThat(config.metricRoutes()).isEqualTo(9);
    assertThat(config.metricClients()).isEqualTo(10);
  }

  @Test
  void takesFlagsFromTheEnvironmentAndPrefersTheCommandLine() throws Exception {
    Map<String, String> environment =
        Map.of("PORTCULLIS_PLAN_DIR", "/there", "PORTCULLIS_DRAIN", "1s");
    ServerConfig config = config(environment, "--drain", "2s");
    assertThat(config.plan()).isEqualTo(new PlanSource.Directory(Path.of("/there")));
    assertThat(config.drain()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void refusesNamesThatNoPolicyCanSay() {
    for (String name : List.of("Tor", "tor_exits", "-a", "a-", "a".repeat(64))) {
      assertThatThrownBy(
              () -> config(Map.of(), "--plan-dir=/plan", "--address-list=" + name + "=x"))
          .as(name)
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("--address-list");
    }
  }

  @Test
  void doesNotListenInTheClearWhereOthersReachUnlessTold() throws Exception {
    assertThatThrownBy(() -> config(Map.of(), "--plan-dir=/plan", "--listen=0.0.0.0:9191"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--insecure-listen");
    assertThat(
            config(Map.of(), "--plan-dir=/plan", "--listen=0.0.0.0:9191", "--insecure-listen")
                .listen()
                .getPort())
        .isEqualTo(9191);
  }

  @Test
  void wantsOneSourceOfThePlanAndAllOfIt() {
    assertThatThrownBy(() -> config(Map.of()))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("either --plan-dir or --operator");
    assertThatThrownBy(() -> config(Map.of(), "--plan-dir=/plan", "--operator=a:1"))
        .isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> config(Map.of(), "--operator=a:1", "--node-id=x"))
        .isInstanceOf(UsageException.class)
        .hasMessage("--operator also needs --operator-ca, --token-file, --state-dir");
  }

  @Test
  void saysWhichFileItCannotRead() {
    assertThatThrownBy(() ->
            config(
                Map.of(),
                "--operator=a:1",
                "--operator-ca=/nowhere/ca.pem",
                "--token-file=t",
                "--state-dir=s",
                "--node-id=n"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessage("--operator-ca: cannot read the file /nowhere/ca.pem");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--drain=5",
        "--drain=5d",
        "--drain=-1s",
        "--max-message=4",
        "--max-message=4MB",
        "--listen=9191",
        "--listen=:9191",
        "--listen=host",
        "--threads=x"
      })
  void refusesValuesThatAreNotWhatTheyShouldBe(String flag) {
    assertThatThrownBy(() -> config(Map.of(), "--plan-dir=/plan", flag))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining(flag.substring(0, flag.indexOf('=')));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--threads=-1", "--max-streams=0", "--max-message=1KiB", "--metric-clients=101"})
  void refusesValuesOutOfBounds(String flag) {
    assertThatThrownBy(() -> config(Map.of(), "--plan-dir=/plan", flag))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(flag.substring(0, flag.indexOf('=')));
  }

  private static ServerConfig config(Map<String, String> environment, String... arguments)
      throws UsageException, EnvironmentException {
    Flags flags = new Flags();
    new CommandLine(CommandSpec.create().addMixin("flags", CommandSpec.forAnnotatedObject(flags)))
        .setDefaultValueProvider(new EnvironmentDefaults(environment))
        .parseArgs(arguments);
    return ServerConfig.of(flags);
  }
}
