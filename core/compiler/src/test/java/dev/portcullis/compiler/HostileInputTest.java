// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.FileContent;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a file holds, the compiler answers, in lines that a terminal can show. */
class HostileInputTest {
  private static final int MUTATIONS = 60;
  private static final String[] PIECES = {
    "",
    "[",
    "]",
    "{",
    "}",
    ":",
    "-",
    "null",
    "~",
    "\"",
    "'",
    "&a ",
    "*a",
    "!x ",
    "|",
    "\n",
    "\t",
    "\u0000",
    "\ud83d\ude00",
    "99999999999",
    "-1",
    "1e400",
    ".inf",
    "{}",
    "[]",
    "a".repeat(5000)
  };

  static Stream<Path> cases() throws IOException {
    return DeterminismTest.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void neverThrows(Path file) throws IOException {
    String text = Files.readString(file);
    Random random = new Random(text.hashCode());
    for (int i = 0; i < MUTATIONS; i++) {
      String mutated = mutate(text, random);
      FileContent content = FileReader.read("a.yaml", mutated.getBytes(StandardCharsets.UTF_8));
      FileSet files = new FileSet(new TreeMap<>(Map.of("a.yaml", content)), List.of());

      CompileResult result =
          PolicyCompiler.compile(files.policySet(new KnownServices.Unknown(), true));

      assertThat(Stream.concat(files.diagnostics().stream(), result.diagnostics().stream()))
          .extracting(Diagnostic::toString)
          .allMatch(line -> line.chars().noneMatch(Character::isISOControl));
    }
  }

  private static String mutate(String text, Random random) {
    int from = random.nextInt(text.length());
    int to = Math.min(text.length(), from + random.nextInt(12));
    String piece = PIECES[random.nextInt(PIECES.length)];
    return text.substring(0, from) + piece + text.substring(to);
  }
}
