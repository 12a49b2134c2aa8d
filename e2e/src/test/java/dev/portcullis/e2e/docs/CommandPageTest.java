// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** {@code docs/reference/cli.md} is what {@code --help} says. */
final class CommandPageTest {
  private static final Path PAGE = MarkdownPage.HOME.resolve("docs/reference/cli.md");
  private static final String UPDATE =
      "mvn -pl e2e -am test -Dtest=CommandPageTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dgolden.update=true";

  @Test
  void pageIsWhatHelpSays() throws IOException {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # The command `portcullis`

        <!-- Written from the commands' own help by CommandPageTest:
             %s rewrites it. -->

        Run it as `./portcullis` from a clone. What a program may want goes to standard output, all else to standard error.

        | Exit code | Meaning |
        |---|---|
        | 0 | success |
        | 1 | the input is wrong, or an expectation did not hold |
        | 2 | wrong usage |
        | 3 | the environment lacks something: a port is taken, a program is missing or has ended |
        | 70 | a defect of Portcullis |
        """
            .formatted(UPDATE));
    append(page, Main.commandLine());
    if (Boolean.getBoolean("golden.update")) {
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE).as("%s is stale: %s rewrites it", PAGE, UPDATE).hasContent(page.toString());
  }

  private static void append(StringBuilder page, CommandLine command) {
    command.setUsageHelpAutoWidth(false).setUsageHelpWidth(120);
    page.append("\n## ").append(command.getCommandSpec().qualifiedName()).append("\n\n```text\n");
    command
        .getUsageMessage(Ansi.OFF)
        .lines()
        .map(String::stripTrailing)
        .forEach(line -> page.append(line).append('\n'));
    page.append("```\n");
    command.getSubcommands().values().forEach(each -> append(page, each));
  }
}
