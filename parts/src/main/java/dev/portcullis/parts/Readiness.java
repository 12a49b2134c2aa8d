// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Waits for processes to become ready, and notices when one of them ends instead. */
public final class Readiness {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private Readiness() {}

  /** Whether something is ready. */
  @FunctionalInterface
  public interface Check {
    /** Asks now; must not wait for long. */
    boolean ready() throws InterruptedException;
  }

  /**
   * Waits.
   *
   * @throws PartsException with the ends of the processes' logs, when one ends or time runs out
   */
  public static void await(
      String what, Duration patience, List<ChildProcess> processes, Check check) {
    Instant deadline = Instant.now().plus(patience);
    try {
      while (!check.ready()) {
        if (!processes.stream().allMatch(ChildProcess::isAlive)) {
          throw new PartsException(what + " ended while starting\n" + logs(processes));
        }
        if (Instant.now().isAfter(deadline)) {
          throw new PartsException(
              what + " is not ready after " + patience.toSeconds() + " s\n" + logs(processes));
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PartsException("interrupted while waiting for " + what, e);
    }
  }

  private static String logs(List<ChildProcess> processes) {
    return processes.stream()
        .map(process -> "--- " + process.log() + "\n" + process.logTail())
        .collect(Collectors.joining("\n"));
  }
}
