// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A page of the documentation.
 *
 * @param file relative to the root of the project
 * @param blocks its fenced blocks, in order
 */
record MarkdownPage(Path file, List<Block> blocks) {
  static final Path HOME = Path.of(Objects.requireNonNull(System.getProperty("portcullis.home")));
  private static final String FENCE = "```";

  /**
   * A fenced block.
   *
   * @param line of its first line in the page, from 1
   * @param language after the fence; empty: none
   * @param note what an HTML comment on the line above says, for tests; empty: nothing
   * @param text its lines, each ended
   */
  record Block(int line, String language, String note, String text) {

    /** The rest of the note after {@code key: }; empty: the note has no such key. */
    String noteOf(String key) {
      return note.startsWith(key + ": ") ? note.substring(key.length() + 2) : "";
    }
  }

  /** The README and every page of the guide, by name. */
  static List<MarkdownPage> guide() {
    try (Stream<Path> pages = Files.list(HOME.resolve("docs/guide"))) {
      return Stream.concat(Stream.of(HOME.resolve("README.md")), pages.sorted())
          .map(MarkdownPage::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static MarkdownPage read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(FENCE)) {
        int end = i + 1;
        while (!lines.get(end).equals(FENCE)) {
          end++;
        }
        String language = lines.get(i).substring(FENCE.length());
        String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
        blocks.add(new Block(i + 2, language, i == 0 ? "" : note(lines.get(i - 1)), text));
        i = end;
      }
    }
    return new MarkdownPage(HOME.relativize(file), List.copyOf(blocks));
  }

  /** The blocks in a language. */
  Stream<Block> blocks(String language) {
    return blocks.stream().filter(block -> block.language().equals(language));
  }

  /** Where a block stands, for messages. */
  String place(Block block) {
    return file + ":" + block.line();
  }

  private static String note(String line) {
    return line.startsWith("<!-- ") && line.endsWith(" -->")
        ? line.substring("<!-- ".length(), line.length() - " -->".length())
        : "";
  }
}
