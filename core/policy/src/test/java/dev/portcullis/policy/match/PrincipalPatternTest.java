// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrincipalPatternTest {
  private static final int CASES = 20_000;

  @ParameterizedTest
  @CsvSource({
    "spiffe://td/ns/shop/sa/a, spiffe://td/ns/shop/sa/a, true",
    "spiffe://td/ns/shop/sa/a, spiffe://td/ns/shop/sa/b, false",
    "spiffe://td/ns/shop/sa/a, spiffe://td/ns/shop/sa/ab, false",
    "spiffe://td/ns/shop/sa/ab, spiffe://td/ns/shop/sa/a, false",
    "spiffe://td/ns/shop/sa/a, spiffe://td/ns/shop/sa/a/b, false",
    "spiffe://td/ns/shop/sa/A, spiffe://td/ns/shop/sa/a, false",
    "spiffe://td/ns/shop/sa/*, spiffe://td/ns/shop/sa/a, true",
    "spiffe://td/ns/shop/sa/*, spiffe://td/ns/shop/sa/a/b, false",
    "spiffe://td/ns/shop/sa/*, spiffe://td/ns/shop/sa, false",
    "spiffe://td/ns/*/sa/a, spiffe://td/ns/shop/sa/a, true",
    "spiffe://td/ns/*/sa/a, spiffe://td/ns/shop/x/sa/a, false",
    "spiffe://td/ns/*/sa/*, spiffe://td/ns/shop/sa/a, true",
    "spiffe://td/ns/team-*/sa/a, spiffe://td/ns/team-/sa/a, true",
    "spiffe://td/ns/team-*/sa/a, spiffe://td/ns/team-1/sa/a, true",
    "spiffe://td/ns/team-*/sa/a, spiffe://td/ns/team/sa/a, false",
    "spiffe://td/ns/*-team/sa/a, spiffe://td/ns/my-team-team/sa/a, true",
    "spiffe://td/ns/a*b*c, spiffe://td/ns/aXbYbZc, true",
    "spiffe://td/ns/a*b*c, spiffe://td/ns/aXcYb, false",
    "spiffe://td/ns/a*a, spiffe://td/ns/a, false",
    "spiffe://td/ns/a.c, spiffe://td/ns/abc, false",
    "spiffe://td/ns/*, spiffe://td.evil/ns/a, false",
    "spiffe://td/*, spiffe://tdx/a, false",
    "spiffe://td.x/*, spiffe://td/x, false",
  })
  void matchesSegmentBySegment(String pattern, String id, boolean matches) {
    assertThat(PrincipalPattern.parse(pattern).matches(new Principal(id))).isEqualTo(matches);
  }

  /** Against the JDK's regular expressions, which say the same at another price. */
  @Test
  void matchesWhatARegularExpressionMatches() {
    Random random = new Random(20_261_122);
    int matching = 0;
    for (int i = 0; i < CASES; i++) {
      String text = "spiffe://td" + path(random, "ab*");
      if (text.contains("**")) {
        continue;
      }
      Principal id = new Principal("spiffe://td" + path(random, "ab"));
      boolean wanted = Pattern.matches(text.replace("*", "[^/]*"), id.value());
      assertThat(PrincipalPattern.parse(text).matches(id)).as("%s %s", text, id).isEqualTo(wanted);
      matching += wanted ? 1 : 0;
    }
    assertThat(matching).isGreaterThan(CASES / 50);
  }

  private static String path(Random random, String characters) {
    StringBuilder path = new StringBuilder();
    for (int segments = 1 + random.nextInt(2); segments > 0; segments--) {
      path.append('/');
      for (int length = 1 + random.nextInt(5); length > 0; length--) {
        path.append(characters.charAt(random.nextInt(characters.length())));
      }
    }
    return path.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*                        | does not begin with spiffe://",
        "CN=orders                | does not begin with spiffe://",
        "SPIFFE://td/a            | does not begin with spiffe://",
        "spiffe://td              | has no path",
        "spiffe:///a              | has a trust domain with other characters",
        "spiffe://*/a             | has a trust domain with other characters",
        "spiffe://t*/a            | has a trust domain with other characters",
        "spiffe://Td/a            | has a trust domain with other characters",
        "spiffe://td:1/a          | has a trust domain with other characters",
        "spiffe://a@td/a          | has a trust domain with other characters",
        "spiffe://td/             | has an empty segment",
        "spiffe://td/a/           | has an empty segment",
        "spiffe://td//a           | has an empty segment",
        "spiffe://td/./a          | has a segment . or ..",
        "spiffe://td/a/..         | has a segment . or ..",
        "spiffe://td/a/%2a        | has a path with other characters",
        "spiffe://td/a?b          | has a path with other characters",
        "spiffe://td/a b          | has a path with other characters",
        "spiffe://td/[ab]         | has a path with other characters",
        "spiffe://td/a/**         | has a **",
        "spiffe://td/a**b         | has a **",
      })
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> PrincipalPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void boundsItsLength() {
    String longest = "spiffe://td/" + "a".repeat(1024 - 12);
    assertThat(PrincipalPattern.parse(longest).matches(new Principal(longest))).isTrue();
    assertThatThrownBy(() -> PrincipalPattern.parse(longest + "a"))
        .hasMessageContaining("is longer than 1024");
  }

  @Test
  void knowsItsTrustDomain() {
    assertThat(PrincipalPattern.parse("spiffe://cluster.local/ns/*").trustDomain())
        .isEqualTo("cluster.local");
  }
}
