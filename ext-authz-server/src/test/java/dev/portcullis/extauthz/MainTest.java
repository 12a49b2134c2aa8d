// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MainTest {
  private final StringWriter err = new StringWriter();

  @TempDir Path directory;

  @Test
  void anUnknownFlagIsWrongUsageAndGetsAHint() {
    assertThat(run("--lisen=127.0.0.1:0")).isEqualTo(2);
    assertThat(err.toString()).contains("--lisen").contains("--listen").contains("--help");
    assertThat(err.toString().lines()).hasSize(1);
  }

  @Test
  void flagsThatMakeNoSenseAreWrongUsage() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "portcullis-ext-authz-server: say where the plan comes from: either --plan-dir or"
                + " --operator; see --help");
  }

  @Test
  void aMissingPlanIsTheEnvironmentsFault() {
    assertThat(run("--plan-dir=" + directory, "--listen=127.0.0.1:0", "--admin=127.0.0.1:0"))
        .isEqualTo(3);
    assertThat(err.toString())
        .endsWith(
            "portcullis-ext-authz-server: --plan-dir: there is no "
                + directory.resolve("plan.json")
                + System.lineSeparator());
  }

  private int run(String... arguments) {
    return Main.run(new Main(_ -> new TestEngine(), new PrintWriter(err, true)), arguments);
  }
}
