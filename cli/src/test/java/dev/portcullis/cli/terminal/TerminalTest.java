// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @Test
  void writesOnePlainLinePerStepWhereNobodyLooksOn() {
    Terminal terminal = terminal(false);
    terminal.begin("Envoy");
    terminal.done("port 1");
    terminal.say("done");
    assertThat(written()).isEqualTo("  ✓ Envoy — port 1\ndone\n");
  }

  @Test
  void completesTheLineOfAStepOnATerminal() {
    Terminal terminal = terminal(true);
    terminal.begin("Envoy");
    terminal.done("");
    assertThat(written()).isEqualTo("  … Envoy\r\033[K  \033[32m✓\033[0m Envoy\n");
  }

  private Terminal terminal(boolean interactive) {
    return new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), interactive);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
