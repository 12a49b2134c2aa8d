// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OriginPatternTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://shop.example.com",
        "http://localhost:3000",
        "https://shop.example.com:80",
        "http://[::1]:8080",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop"
      })
  void takesWhatBrowsersSend(String text) {
    assertThat(OriginPattern.parse(text).regex()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "null,                          sandboxed",
    "shop.example.com,              no origin",
    "https://,                      no origin",
    "https://shop.example.com/,     no origin",
    "https://Shop.example.com,      no origin",
    "https://user@shop.example.com, no origin",
    "https://shop-*.example.com,    no origin",
    "https://*.*.example.com,       no origin",
    "https://*.[::1],               no origin",
    "https://**.example.com,        no origin",
    "https://a.example.com:080,     no origin",
    "https://a.example.com:65536,   port above",
    "https://a.example.com:443,     own port",
    "http://*.example.com:80,       own port",
    "https://*.com,                 top-level"
  })
  void saysWhyItTakesNoOther(String text, String why) {
    assertThatThrownBy(() -> OriginPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("origin \"" + text + "\"")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example.com,          true",
    "https://a.b-c.example.com,      true",
    "https://example.com,            false",
    "https://aexample.com,           false",
    "https://.example.com,           false",
    "https://a.examplexcom,          false",
    "https://a.example.com.evil.org, false",
    "https://evil.org/.example.com,  false",
    "https://evil.org#.example.com,  false",
    "https://a.example.com:8443,     false",
    "http://a.example.com,           false",
    "https://-.example.com,          false"
  })
  void aStarStandsForWholeLabels(String origin, boolean meant) {
    String regex = OriginPattern.parse("https://*.example.com").regex();
    assertThat(Pattern.matches(regex, origin)).isEqualTo(meant);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+b.c://x.example.com:81", "a+b.c://x.y.example.com:81"})
  void whatASchemeMayHoldIsMeantLiterally(String origin) {
    String regex = OriginPattern.parse("a+b.c://*.example.com:81").regex();
    assertThat(Pattern.matches(regex, origin)).isTrue();
    assertThat(Pattern.matches(regex, origin.replace("b.c", "bxc"))).isFalse();
  }
}
