// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Links between pages lead somewhere, headings included. */
final class LinksTest {
  private static final Pattern CODE = Pattern.compile("(?ms)^\\s*```.*?```|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      String text = CODE.matcher(Files.readString(page)).replaceAll("");
      LINK.matcher(text)
          .results()
          .filter(link -> !leads(page, link.group(1), link.group(2)))
          .forEach(link -> dead.add(MarkdownPage.HOME.relativize(page) + ": " + link.group()));
    }
    assertThat(dead).isEmpty();
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(MarkdownPage.HOME)) {
      top.filter(LinksTest::isPage).forEach(pages::add);
    }
    for (String directory : List.of("docs", "examples")) {
      try (Stream<Path> below = Files.walk(MarkdownPage.HOME.resolve(directory))) {
        below.filter(LinksTest::isPage).forEach(pages::add);
      }
    }
    return pages;
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }

  private static boolean leads(Path page, String file, @Nullable String heading) {
    Path target = file.isEmpty() ? page : page.resolveSibling(file);
    if (!Files.exists(target)) {
      return false;
    }
    return heading == null || anchors(target).contains(heading);
  }

  /** As GitHub makes them: no punctuation, lower case, a dash for each space. */
  private static List<String> anchors(Path page) {
    try {
      return HEADING
          .matcher(Files.readString(page))
          .results()
          .map(heading ->
              heading
                  .group(1)
                  .toLowerCase(Locale.ROOT)
                  .replaceAll("[^a-z0-9 _-]", "")
                  .replace(' ', '-'))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
