// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/reference/ext-authz-server.md} is what {@code --help} says. */
final class CommandPageTest {
  private static final Path PAGE =
      Path.of(
          Objects.requireNonNull(System.getProperty("portcullis.home")),
          "docs/reference/ext-authz-server.md");
  private static final String UPDATE =
      "mvn -pl ext-authz-server -am test -Dtest=CommandPageTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true";

  @Test
  void pageIsWhatHelpSays() throws IOException {
    CommandLine command =
        new CommandLine(new Main(StandardEngine::make, new PrintWriter(Writer.nullWriter())))
            .setUsageHelpAutoWidth(false)
            .setUsageHelpWidth(120);
    String help =
        command
            .getUsageMessage(Ansi.OFF)
            .lines()
            .map(String::stripTrailing)
            .collect(Collectors.joining("\n"));
    String wanted =
        """
        # The program `portcullis-ext-authz-server`

        <!-- Written from its own help by CommandPageTest:
             %s rewrites it. -->

        The decision service. `portcullis gateway` and `portcullis quickstart` start one.

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
