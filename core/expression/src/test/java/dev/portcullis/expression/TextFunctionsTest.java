// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class TextFunctionsTest {
  private static final String LONG = "a".repeat(TextFunctions.MAX_RESULT);

  @Test
  void textsGrowToTheBoundAndNoFurther() {
    assertThat(TextFunctions.replace(LONG, "a", "b")).hasSize(TextFunctions.MAX_RESULT);
    assertThatThrownBy(() -> TextFunctions.replace(LONG, "", "b"))
        .hasMessageContaining("grows beyond");
    assertThatThrownBy(() -> TextFunctions.replace(LONG, "a", LONG))
        .hasMessageContaining("grows beyond");
    assertThat(TextFunctions.join(List.of(LONG), "-")).hasSize(TextFunctions.MAX_RESULT);
    assertThatThrownBy(() -> TextFunctions.join(List.of(LONG, ""), "-"))
        .hasMessageContaining("grows beyond");
    assertThatThrownBy(() -> TextFunctions.join(Collections.nCopies(70_000, "a"), ""))
        .hasMessageContaining("grows beyond");
  }

  @Test
  void setsCostAsMuchAsTheirListsAreLong() {
    List<String> one = IntStream.range(0, 60_000).mapToObj(i -> "a" + i).toList();
    List<String> other = IntStream.range(0, 60_000).mapToObj(i -> "b" + i).toList();
    // Each with each would be 3.6 thousand million comparisons.
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () -> {
          assertThat(TextFunctions.intersects(one, other)).isFalse();
          assertThat(TextFunctions.contains(one, other)).isFalse();
          assertThat(TextFunctions.equivalent(one, one.reversed())).isTrue();
        });
  }

  @Test
  void whatIsNoTextIsAnError() {
    assertThatThrownBy(() -> TextFunctions.contains(List.of("a", 1L), List.of("a")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TextFunctions.join(List.of(true), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
