// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.policy.match.PathPattern;
import dev.portcullis.policy.plan.MatchSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathIndexTest {

  @ParameterizedTest
  @CsvSource({
    "/orders, /orders, true",
    "/orders, /orders/, false",
    "/orders/, /orders/, true",
    "/orders, /order, false",
    "/orders, /orders2, false",
    "/orders, /Orders, false",
    "/, /, true",
    "/, /a, false",
    "/orders/{id}, /orders/17, true",
    "/orders/{id}, /orders/, false",
    "/orders/{id}, /orders/17/x, false",
    "/orders/{id}/refund, /orders/17/refund, true",
    "/**, /, true",
    "/**, /a/b/c/, true",
    "/admin/**, /admin, true",
    "/admin/**, /admin/, true",
    "/admin/**, /admin/a/b, true",
    "/admin/**, /administrator, false",
    "/a/*.json, /a/x.json, true",
    "/a/*.json, /a/.json, true",
    "/a/*.json, /a/x.jsonp, false",
    "/a/v*1, /a/v1, true",
    "/a/v*v, /a/v, false",
    "/a/*/b, /a/x/b, true"
  })
  void matchesSegmentBySegment(String pattern, String path, boolean expected) {
    PathIndex.Builder builder = new PathIndex.Builder();
    int number = builder.add(PathPattern.parse(pattern));
    assertThat(builder.build().match(PathReader.read(path)).has(number, false)).isEqualTo(expected);
  }

  @Test
  void overlooksTheLastSlashForWhatRestricts() {
    PathIndex.Builder builder = new PathIndex.Builder();
    List<MatchSpec> login =
        List.of(new MatchSpec(List.of("GET"), List.of(PathPattern.parse("/login"))));
    RequestMatcher permits = RequestMatcher.exact(login, builder);
    RequestMatcher restricts = RequestMatcher.lenient(login, builder);
    PathMatches matches = builder.build().match(PathReader.read("/login/"));

    assertThat(permits.matches("GET", matches)).isFalse();
    assertThat(restricts.matches("GET", matches)).isTrue();
    assertThat(restricts.matches("HEAD", matches)).isTrue();
    assertThat(restricts.matches("POST", matches)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/login/7", "/logins", "/logi", "/a/login"})
  void overlooksNothingButTheLastSlash(String path) {
    PathIndex.Builder builder = new PathIndex.Builder();
    RequestMatcher restricts =
        RequestMatcher.lenient(
            List.of(new MatchSpec(List.of(), List.of(PathPattern.parse("/login")))), builder);
    RequestMatcher other =
        RequestMatcher.lenient(
            List.of(new MatchSpec(List.of(), List.of(PathPattern.parse("/other")))), builder);
    PathMatches matches = builder.build().match(PathReader.read(path));
    assertThat(restricts.matches("GET", matches)).isFalse();
    assertThat(other.matches("GET", matches)).isFalse();
  }

  @Test
  void agreesWithRegularExpressionsOnManyPatterns() {
    Random random = new Random(7);
    String[] parts = {"a", "b", "ab", "{x}", "*", "a*", "*b", "c", "d", "e", "f", "g", "h", "i"};
    String[] words = {"a", "b", "ab", "abb", "c", "x"};
    for (int round = 0; round < 50; round++) {
      List<PathPattern> patterns = new ArrayList<>();
      PathIndex.Builder builder = new PathIndex.Builder();
      for (int i = 0; i < 150; i++) {
        StringBuilder text = new StringBuilder();
        for (int j = random.nextInt(3); j >= 0; j--) {
          text.append('/').append(parts[random.nextInt(parts.length)]);
        }
        patterns.add(PathPattern.parse(random.nextInt(4) == 0 ? text + "/**" : text.toString()));
      }
      int[] numbers = patterns.stream().mapToInt(builder::add).toArray();
      PathIndex index = builder.build();
      for (int i = 0; i < 50; i++) {
        StringBuilder path = new StringBuilder();
        for (int j = random.nextInt(4); j >= 0; j--) {
          path.append('/').append(words[random.nextInt(words.length)]);
        }
        PathMatches matches = index.match(PathReader.read(path.toString()));
        for (int p = 0; p < numbers.length; p++) {
          assertThat(matches.has(numbers[p], false))
              .as("%s on %s", patterns.get(p), path)
              .isEqualTo(asRegex(patterns.get(p)).matcher(path).matches());
        }
      }
    }
  }

  private static Pattern asRegex(PathPattern pattern) {
    StringBuilder regex = new StringBuilder();
    for (PathPattern.Segment segment : pattern.segments()) {
      regex.append(
          switch (segment) {
            case PathPattern.Segment.Literal(String text) -> "/" + Pattern.quote(text);
            case PathPattern.Segment.Capture _ -> "/[^/]+";
            case PathPattern.Segment.Wildcard(String prefix, String suffix) ->
                "/" + Pattern.quote(prefix) + "[^/]*" + Pattern.quote(suffix);
            case PathPattern.Segment.Tail _ -> "(/.*)?";
          });
    }
    return Pattern.compile(regex.toString());
  }
}
