// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.portcullis.cli.Main;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every call of {@code ./portcullis} that the README and the guide show is one that it takes. */
final class GuideCommandsTest {
  private static final Pattern KEY = Pattern.compile("pck_\\w+");

  @TempDir private Path directory;

  @TestFactory
  Stream<DynamicTest> everyCommandParses() {
    return tests(
        _ -> true,
        command ->
            assertThatCode(
                    () -> Main.commandLine().parseArgs(command.arguments().toArray(String[]::new)))
                .doesNotThrowAnyException());
  }

  @TestFactory
  Stream<DynamicTest> validateFindsNoErrors() {
    return tests(
        command -> command.calls("validate") && !isFollowed(command),
        command -> {
          save();
          Run run = run(command.fromAnywhere(directory));
          assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        });
  }

  /**
   * The commands of such a page rely on each other, and all are run by {@link FollowedPagesTest} or
   * {@link FollowedPagesIT}.
   */
  private static boolean isFollowed(ShownCommand command) {
    return Stream.of(FollowedPagesTest.PAGES, FollowedPagesIT.PAGES)
        .flatMap(List::stream)
        .anyMatch(command.place()::startsWith);
  }

  @TestFactory
  Stream<DynamicTest> anIssuedKeyIsVerified() {
    return tests(
        command -> command.calls("apikey", "create") && !command.says("-o", "valkey"),
        this::createAndVerify);
  }

  @Test
  void theGuideShowsEachCommand() {
    List<ShownCommand> shown =
        MarkdownPage.guide().stream().flatMap(page -> ShownCommand.of(page).stream()).toList();
    for (String name : Main.commandLine().getSubcommands().keySet()) {
      assertThat(shown).as(name).anyMatch(command -> command.calls(name));
    }
  }

  /** Does what {@code <!-- saved: FILE -->} above a block says. */
  private void save() throws IOException {
    for (MarkdownPage page : MarkdownPage.guide()) {
      for (MarkdownPage.Block block : page.blocks()) {
        if (!block.noteOf("saved").isEmpty()) {
          Files.writeString(directory.resolve(block.noteOf("saved")), block.text());
        }
      }
    }
  }

  private record Run(int exitCode, String out, String err) {}

  private interface Check {
    void accept(ShownCommand command) throws Exception;
  }

  private static Stream<DynamicTest> tests(Predicate<ShownCommand> which, Check check) {
    return MarkdownPage.guide().stream()
        .flatMap(page -> ShownCommand.of(page).stream())
        .filter(which)
        .map(command -> DynamicTest.dynamicTest(command.place(), () -> check.accept(command)));
  }

  private void createAndVerify(ShownCommand create) throws Exception {
    Run created = run(create.fromAnywhere(directory));
    assertThat(created.exitCode()).as(created.err()).isZero();
    Matcher key = KEY.matcher(created.err());
    assertThat(key.find()).isTrue();
    Path resource = directory.resolve("key.yaml");
    Files.writeString(resource, created.out());
    Run verified = run(List.of("apikey", "verify", "--resource", resource.toString()), key.group());
    assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
    assertThat(run(List.of("validate", resource.toString())).exitCode()).isZero();
  }

  private static Run run(List<String> arguments) {
    return run(arguments, "");
  }

  private static Run run(List<String> arguments, String input) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command =
        Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      int exitCode = command.execute(arguments.toArray(String[]::new));
      return new Run(exitCode, out.toString(), err.toString());
    } finally {
      System.setIn(before);
    }
  }
}
