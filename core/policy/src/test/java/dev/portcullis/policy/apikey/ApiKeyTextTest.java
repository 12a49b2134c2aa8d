// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeyTextTest {
  private static final String KEY = ApiKeyText.generate(new SecureRandom()).reveal();

  @Test
  void everyGeneratedKeyReadsBackAndIsFoundByTheScannerPattern() {
    var random = new SecureRandom();
    var ids = new HashSet<String>();
    for (int i = 0; i < 500; i++) {
      ApiKeyText key = ApiKeyText.generate(random);
      assertThat(key.reveal()).hasSize(ApiKeyText.LENGTH);
      assertThat(ApiKeyText.parse(key.reveal()).orElseThrow().id()).isEqualTo(key.id());
      assertThat(Pattern.compile(ApiKeyText.SCANNER_PATTERN).matcher("x=" + key.reveal() + ";"))
          .matches(java.util.regex.Matcher::find);
      assertThat(ids.add(key.id())).isTrue();
    }
  }

  @Test
  void formatNeverChanges() {
    // A committed key: if this fails, keys that were issued stop working.
    var counting =
        new SecureRandom() {
          @Override
          public void nextBytes(byte[] bytes) {
            for (int i = 0; i < bytes.length; i++) {
              bytes[i] = (byte) (i * 37 + 11);
            }
          }
        };
    assertThat(ApiKeyText.generate(counting).reveal())
        .isEqualTo(
            "pck_1CR5AYMZRKMGWCTR_1CR5AYMZRKMGWCTRFPH"
                + "CFV0H6SDR19EAXWA3JQM3N36Z45SWC6300V6CAXV");
  }

  @Test
  void hashesTheWholeText() throws Exception {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8));
    assertThat(ApiKeyText.parse(KEY).orElseThrow().sha256())
        .isEqualTo(HexFormat.of().formatHex(digest));
  }

  @Test
  void refusesEveryChangeOfOneCharacter() {
    for (int i = 0; i < KEY.length(); i++) {
      for (char c : "0G_aZ \u0000\u0410".toCharArray()) {
        if (KEY.charAt(i) != c) {
          String changed = KEY.substring(0, i) + c + KEY.substring(i + 1);
          assertThat(ApiKeyText.parse(changed)).as("%s at %d", c, i).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pck_", " ", "Bearer", "pck__"})
  void refusesWhatIsNoKey(String text) {
    assertThat(ApiKeyText.parse(text)).isEmpty();
    assertThat(ApiKeyText.parse(KEY + text + " ")).isEmpty();
    assertThat(ApiKeyText.parse(KEY.substring(1) + text)).isEmpty();
  }

  @Test
  void refusesSmallLettersAndLookAlikes() {
    assertThat(ApiKeyText.parse("pck_" + KEY.substring(4).toLowerCase(java.util.Locale.ROOT)))
        .isEmpty();
    // Someone who reads 0 as O, or 1 as I, gets no key: the checksum is over other digits.
    for (int i = 4; i < KEY.length(); i++) {
      for (char lookAlike : "ILOU".toCharArray()) {
        assertThat(ApiKeyText.parse(KEY.substring(0, i) + lookAlike + KEY.substring(i + 1)))
            .isEmpty();
      }
    }
  }

  @Test
  void showsOnlyTheId() {
    ApiKeyText key = ApiKeyText.parse(KEY).orElseThrow();
    assertThat(key.toString()).isEqualTo("pck_" + key.id() + "_[redacted]");
  }
}
