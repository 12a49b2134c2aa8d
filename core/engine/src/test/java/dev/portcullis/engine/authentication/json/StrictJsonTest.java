// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

  private static Map<String, Object> read(String text) throws MalformedTextException {
    return StrictJson.object(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsEveryKindOfValue() throws Exception {
    assertThat(
            read(
                """
                { "s":"aé\\u00e9\\ud83d\\ude00\\n\\"", "l":-9223372036854775808, "d":1.5e2,
                  "big":9223372036854775808, "t":true, "f":false, "n":null,
                  "a":[1,"x",null,{"b":[]}], "o":{} }
                """))
        .isEqualTo(
            Map.of(
                "s",
                "aéé😀\n\"",
                "l",
                Long.MIN_VALUE,
                "d",
                150.0,
                "big",
                0x1p63,
                "t",
                true,
                "f",
                false,
                "a",
                List.of(1L, "x", Map.of("b", List.of())),
                "o",
                Map.of()));
  }

  @Test
  void whatItGivesCannotBeChanged() throws Exception {
    Map<String, Object> object = read("{\"a\":[1],\"b\":{\"c\":1}}");
    assertThatThrownBy(() -> object.put("x", 1L)).isInstanceOf(RuntimeException.class);
    var list = (List<?>) Objects.requireNonNull(object.get("a"));
    assertThatThrownBy(list::clear).isInstanceOf(RuntimeException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"a\"",
        "{",
        "{}x",
        "{}{}",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":null,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":1e999999999}",
        "{\"a\":tru}",
        "{\"a\":[1,]}",
        "{\"a\":[1 2]}",
        "{\"a\":\"\t\"}",
        "{\"a\":\"\u0000\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00\\ud800\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"b}",
        "{\"a\":1}/**/",
        "\uFEFF{}"
      })
  void refusesWhatTwoReadersCouldReadDifferently(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(MalformedTextException.class);
  }

  @Test
  void refusesWhatIsNotUtf8() {
    assertThatThrownBy(() -> StrictJson.object(new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF}))
        .isInstanceOf(MalformedTextException.class);
  }

  @Test
  void boundsDepthAndLengthOfNumbers() throws Exception {
    assertThat(read("{\"a\":" + "[".repeat(15) + "]".repeat(15) + "}")).isNotEmpty();
    assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(16) + "]".repeat(16) + "}"))
        .hasMessageContaining("nested");
    assertThatThrownBy(() -> read("{\"a\":" + "1".repeat(65) + "}")).hasMessageContaining("number");
  }
}
