// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of {@code ./portcullis} that a page shows.
 *
 * @param place where it stands
 * @param arguments without what the shell does with input and output
 */
record ShownCommand(String place, List<String> arguments) {
  private static final String PROGRAM = "./portcullis ";
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|([^\\s\"']+)");
  private static final Pattern SHELL = Pattern.compile("\\s(#|[|<>]|2>|&&).*");

  /** Those that stand in the blocks of shell commands of a page. */
  static List<ShownCommand> of(MarkdownPage page) {
    List<ShownCommand> commands = new ArrayList<>();
    page.blocks("sh")
        .forEach(block ->
            block
                .text()
                .replace("\\\n", " ")
                .lines()
                .filter(line -> line.contains(PROGRAM))
                .forEach(line ->
                    commands.add(
                        new ShownCommand(
                            page.place(block) + " " + line,
                            words(line.substring(line.indexOf(PROGRAM) + PROGRAM.length()))))));
    return commands;
  }

  /**
   * The same, where paths are absolute: tests run elsewhere.
   *
   * @param saved where the files are that the reader of the page has made
   */
  List<String> fromAnywhere(Path saved) {
    return arguments.stream().map(word -> absolute(word, saved)).toList();
  }

  private static String absolute(String word, Path saved) {
    for (Path directory : List.of(saved, MarkdownPage.HOME)) {
      if (Files.exists(directory.resolve(word))) {
        return directory.resolve(word).toString();
      }
    }
    return word;
  }

  boolean calls(String... names) {
    return arguments.size() >= names.length
        && arguments.subList(0, names.length).equals(List.of(names));
  }

  /** Whether these arguments stand in it, one after the other. */
  boolean says(String... words) {
    return Collections.indexOfSubList(arguments, List.of(words)) >= 0;
  }

  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(SHELL.matcher(line).replaceFirst(""));
    while (matcher.find()) {
      String quoted = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      words.add(quoted == null ? matcher.group(3) : quoted);
    }
    return words;
  }
}
