// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole system on this machine, told to end while it waits and while it starts. */
final class QuickstartIT {
  @TempDir Path directory;

  @Test
  void takesEverythingWithItWhileItWaits() {
    try (RunningCommand quickstart = RunningCommand.start(directory, "quickstart")) {
      quickstart.awaitLine(0, "Ctrl-C ends everything.");
      assertEnds(quickstart, 6);
    }
  }

  @Test
  void takesEverythingWithItWhileItStarts() {
    try (RunningCommand quickstart = RunningCommand.start(directory, "quickstart")) {
      quickstart.awaitLine(0, "Envoy, etcd, kube-apiserver, kubectl");
      quickstart.await("etcd and kube-apiserver", () -> quickstart.started().size() >= 2);
      assertEnds(quickstart, 2);
    }
  }

  private static void assertEnds(RunningCommand quickstart, int programs) {
    List<ProcessHandle> started = quickstart.started();
    assertThat(started).hasSizeGreaterThanOrEqualTo(programs);
    quickstart.terminate();
    assertThat(quickstart.exitCode()).isEqualTo(128 + 15);
    quickstart.assertNothingIsLeft(started);
    assertThat(quickstart.lines()).noneMatch(line -> line.startsWith("portcullis: error"));
  }
}
