// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {

  @ParameterizedTest
  @MethodSource("commands")
  void helpShowsExamplesOfTheCommandItself(List<String> command) {
    List<String> arguments = new ArrayList<>(command.subList(1, command.size()));
    arguments.add("--help");

    CommandRun run = CommandRun.of(arguments.toArray(String[]::new));

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).contains("Usage: " + String.join(" ", command)).contains("Examples:");
    String examples = run.out().substring(run.out().indexOf("Examples:"));
    assertThat(examples.lines())
        .anyMatch(line -> line.startsWith("  " + String.join(" ", command)));
  }

  @Test
  void saysItsVersion() {
    CommandRun run = CommandRun.of("--version");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("portcullis ");
  }

  @Test
  void wantsACommand() {
    CommandRun run = CommandRun.of();
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint())
        .isEqualTo("portcullis: error: Missing required subcommand; see portcullis --help");
  }

  @Test
  void saysWhichCommandMayHaveBeenMeant() {
    CommandRun run = CommandRun.of("gatewya");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint()).contains("gatewya").contains("did you mean").contains("gateway");
  }

  @Test
  void saysWhichOptionDoesNotExist() {
    CommandRun run = CommandRun.of("validate", "x.yaml", "--outptu", "json");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint()).contains("--outptu").contains("see portcullis validate --help");
  }

  @Test
  void quickstartTakesNoArguments() {
    CommandRun run = CommandRun.of("quickstart", "now");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.complaint()).contains("now").contains("see portcullis quickstart --help");
  }

  static Stream<List<String>> commands() {
    return commands(Main.commandLine(), List.of("portcullis"));
  }

  private static Stream<List<String>> commands(CommandLine command, List<String> path) {
    Stream<List<String>> below =
        command.getSubcommands().entrySet().stream()
            .flatMap(entry -> {
              List<String> longer = new ArrayList<>(path);
              longer.add(entry.getKey());
              return commands(entry.getValue(), List.copyOf(longer));
            });
    return Stream.concat(Stream.of(path), below);
  }
}
