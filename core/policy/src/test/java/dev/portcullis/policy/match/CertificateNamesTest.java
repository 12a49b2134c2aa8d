// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The patterns that name certificates of clients from outside. */
final class CertificateNamesTest {

  @ParameterizedTest
  @CsvSource({
    "https://p.example/apps/*, https://p.example/apps/a, true",
    "https://p.example/apps/*, https://p.example/apps/, true",
    "https://p.example/apps/*, 'https://p.example/apps/a,b', true",
    "https://p.example/apps/*, https://p.example/apps/a/b, false",
    "https://p.example/apps/*, https://p.example/apps/a?b, false",
    "https://p.example/apps/*, https://p.example/apps/a#b, false",
    "https://p.example/apps/*, https://p.example/apps/a:b, false",
    "https://p.example/apps/*, https://P.example/apps/a, false",
    "https://p.example/apps/*, https://p.example@q.example/apps/a, false",
    "https://p.example/*/x, https://p.example/a/b/x, false",
    "https://p.example/*/x, https://p.example/aaa/x, true",
    "https://p.example/a, https://p.example/a, true",
    "https://p.example/a, https://p.example/ab, false",
    "https://p.example/a, 'https://p.example/a,https://p.example/b', false",
    "urn:device:*, urn:device:7, true",
    "urn:device:*, urn:device:7:8, false",
  })
  void urisAreComparedCharacterByCharacter(String pattern, String uri, boolean means) {
    assertThat(UriPattern.parse(pattern).matches(uri)).isEqualTo(means);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "partner.example",
        "HTTPS://partner.example/",
        "spiffe://cluster.local/ns/a/sa/b",
        "https://*/",
        "https://*.partner.example/a",
        "https://partner.example*",
        "https://partner.example/**",
        "https://partner.example/a b",
        "https://partner.example/\u00e9",
        "*:a"
      })
  void whatIsNoUriNamesNobody(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> UriPattern.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "api.example.com, api.example.com, true",
    "api.example.com, xapi.example.com, false",
    "*.example.com, api.example.com, true",
    "*.example.com, example.com, false",
    "*.example.com, .example.com, false",
    "*.example.com, a.b.example.com, false",
    "*.example.com, *.example.com, false",
    "*.example.com, 'a,b.example.com', false",
    "*.example.com, api.example.com.evil.test, false",
    "*.example.com, apiexample.com, false",
  })
  void aStarIsOneLabel(String pattern, String name, boolean means) {
    assertThat(DnsNamePattern.parse(pattern).matches(name)).isEqualTo(means);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "*", "*.com", "a.*.com", "a*.example.com", "A.example.com", "a.example.com."})
  void whatIsNoNameIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> DnsNamePattern.parse(text));
  }

  @Test
  void fingerprintsAreReadAsTheyArePrinted() {
    String plain = "0a".repeat(32);
    assertThat(CertificateDigest.parse(plain).sha256()).isEqualTo(plain);
    assertThat(CertificateDigest.parse("0A:".repeat(31) + "0A").sha256()).isEqualTo(plain);
    assertThatIllegalArgumentException().isThrownBy(() -> CertificateDigest.parse("0A".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> CertificateDigest.parse("0a".repeat(20)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CertificateDigest.parse("0a:".repeat(31) + "0a"));
  }
}
