// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.match.PathPattern.Segment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathPatternTest {

  @Test
  void compilesItsSegments() {
    assertThat(PathPattern.parse("/orders/{id}/*.json/**").segments())
        .containsExactly(
            new Segment.Literal("orders"),
            new Segment.Capture("id"),
            new Segment.Wildcard("", ".json"),
            new Segment.Tail());
  }

  @Test
  void theRootIsOneEmptySegment() {
    assertThat(PathPattern.parse("/").segments()).containsExactly(new Segment.Literal(""));
  }

  @Test
  void aTrailingSlashIsASegmentOfItsOwn() {
    assertThat(PathPattern.parse("/a/").segments())
        .containsExactly(new Segment.Literal("a"), new Segment.Literal(""));
  }

  @ParameterizedTest
  @CsvSource({
    "/, /, true",
    "/, /a, false",
    "/a, /a, true",
    "/a, /A, false",
    "/a, /a/, false",
    "/a/, /a/, true",
    "/a/, /a, false",
    "/a, /ab, false",
    "/ab, /a, false",
    "/a/{id}, /a/7, true",
    "/a/{id}, /a/, false",
    "/a/{id}, /a, false",
    "/a/{id}, /a/7/b, false",
    "/a/{id}/b, /a/7/b, true",
    "/a/*.json, /a/x.json, true",
    "/a/*.json, /a/.json, true",
    "/a/*.json, /a/x.json/y, false",
    "/a/ab*ba, /a/aba, false",
    "/a/ab*ba, /a/abba, true",
    "/a/**, /a, true",
    "/a/**, /a/, true",
    "/a/**, /a/b/c, true",
    "/a/**, /ab, false",
    "/**, /, true",
    "/a, a, false",
    "/a, '', false"
  })
  void matchesWholePathsByCase(String pattern, String path, boolean matches) {
    assertThat(PathPattern.parse(pattern).matches(path)).isEqualTo(matches);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "orders | must start with /",
        "/a//b | has an empty segment",
        "/a/**/b | only as its last segment",
        "/a/x** | only as a whole segment",
        "/a/*x* | may have one *",
        "/a/../b | has a dot segment",
        "/a/{}/b | needs a name",
        "/a/{x-y} | needs a name",
        "/a/x{y} | no path may have: {",
        "/a;b | no path may have: ;",
        "/a%2fb | no path may have: %",
        "/a b | no path may have",
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> PathPattern.parse(text)).hasMessageContaining(problem);
  }

  @Test
  void boundsItsLength() {
    assertThatThrownBy(() -> PathPattern.parse("/" + "a".repeat(1024)))
        .hasMessageContaining("longer");
  }
}
