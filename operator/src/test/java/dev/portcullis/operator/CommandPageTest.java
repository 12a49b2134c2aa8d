// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/reference/operator.md} is what {@code --help} says. */
final class CommandPageTest {
  private static final Path PAGE =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")),
          "docs/reference/operator.md");
  private static final String UPDATE =
      "mvn -pl operator -am test -Dtest=CommandPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true";

  @Test
  void pageIsWhatHelpSays() throws IOException {
    CommandLine command =
        new CommandLine(new OperatorCommand()).setUsageHelpAutoWidth(false).setUsageHelpWidth(120);
    String help =
        command
            .getUsageMessage(Ansi.OFF)
            .lines()
            .map(String::stripTrailing)
            .collect(Collectors.joining("\n"));
    String wanted =
        """
        # The program `portcullis-operator`

        <!-- Written from its own help by CommandPageTest:
             %s rewrites it. -->

        The operator. `portcullis quickstart` starts one.

        ```text
        %s
        ```
        """
            .formatted(UPDATE, help);
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(PAGE, wanted);
    }
    assertThat(PAGE).as("%s is stale: %s rewrites it", PAGE, UPDATE).hasContent(wanted);
  }
}
