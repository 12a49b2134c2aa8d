// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessIT {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path directory;

  @Test
  void isFrozenAndGoesOn() {
    try (var process = start("while :; do sleep 0.05; done")) {
      process.freeze();
      Readiness.await("freezing", PATIENCE, List.of(process), () -> isStopped(process));
      process.thaw();
      Readiness.await("thawing", PATIENCE, List.of(process), () -> !isStopped(process));
    }
  }

  @Test
  void isKilledEvenWhileFrozen() {
    var process = start("trap '' TERM; while :; do sleep 0.05; done");
    process.freeze();
    process.kill();
    assertThat(process.isAlive()).isFalse();
  }

  @Test
  void tellsWhatItsLogSaidWhenItEndsInsteadOfBecomingReady() {
    var process = start("echo the port is taken; exit 3");
    assertThatThrownBy(() -> Readiness.await("it", PATIENCE, List.of(process), () -> false))
        .isInstanceOf(PartsException.class)
        .hasMessageContaining("it ended while starting")
        .hasMessageContaining("the port is taken");
  }

  @Test
  void saysWhichProgramCannotBeStarted() {
    assertThatThrownBy(() ->
            ChildProcess.start(
                "ghost", List.of("/no/such/program"), Map.of(), directory.resolve("log")))
        .isInstanceOf(PartsException.class)
        .hasMessageContaining("cannot start ghost")
        .hasMessageContaining("/no/such/program");
  }

  private ChildProcess start(String script) {
    return ChildProcess.start(
        "script", List.of("/bin/sh", "-c", script), Map.of(), directory.resolve("log"));
  }

  private static boolean isStopped(ChildProcess process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.substring(stat.lastIndexOf(')')).startsWith(") T ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
