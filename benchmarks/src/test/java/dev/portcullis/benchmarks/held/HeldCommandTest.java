// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.held;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

final class HeldCommandTest {

  @Test
  void chargesEachKey() {
    StringWriter out = new StringWriter();
    int code =
        new CommandLine(new HeldCommand()).setOut(new PrintWriter(out)).execute("--keys", "700");

    assertThat(code).isZero();
    assertThat(out.toString().lines().filter(line -> line.matches(".* 700 +700 .*"))).hasSize(3);
  }

  /** Two numbers with one key would make keys look cheap. */
  @ParameterizedTest
  @EnumSource
  void everyNumberHasAKeyOfItsOwn(KeyKind kind) {
    Set<Object> keys = new HashSet<>();
    IntStream.iterate(0, i -> i < 1 << 24, i -> i + 4_099)
        .forEach(i -> assertThat(keys.add(kind.key(i))).isTrue());
  }
}
