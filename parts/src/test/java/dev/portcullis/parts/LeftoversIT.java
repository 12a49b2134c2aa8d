// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A JVM that is told to end takes everything with it that it started. */
class LeftoversIT {

  @Test
  void leavesNeitherProcessesNorDirectoriesBehind() throws IOException, InterruptedException {
    Process jvm =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                EndingJvm.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> facts;
    try (BufferedReader out = jvm.inputReader()) {
      facts = List.of(out.readLine().split(" ", -1));
      jvm.destroy();
      assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      jvm.destroyForcibly();
    }
    assertThat(alive(facts.get(0))).as("the polite child").isFalse();
    assertThat(alive(facts.get(1))).as("the stubborn child").isFalse();
    assertThat(Path.of(facts.get(2))).doesNotExist();
  }

  private static boolean alive(String pid) throws InterruptedException {
    ProcessHandle handle = ProcessHandle.of(Long.parseLong(pid)).orElse(null);
    // A killed process stays listed until its new parent has taken notice of its end.
    for (int i = 0; i < 50 && handle != null && handle.isAlive(); i++) {
      Thread.sleep(Duration.ofMillis(100));
    }
    return handle != null && handle.isAlive();
  }
}
