// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.request.MalformedRequestException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathReaderTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//admin",
        "/a//b",
        "/./admin",
        "/admin/.",
        "/a/../admin",
        "/%2e%2e/admin",
        "/%2E/admin",
        "/a%2e",
        "/..;/admin",
        "/.;/admin",
        "/admin;x=y",
        "/admin%3bx",
        "/admin%2f",
        "/admin%2Fx",
        "/admin%5c",
        "/admin%252f",
        "/admin%255c",
        "/admin%252e%252e",
        "/admin%2500",
        "/admin%00",
        "/admin%0a",
        "/admin%0d%0a",
        "/admin%7f",
        "/\\admin",
        "/a\\..\\admin",
        "/admin#x",
        "/admin%23x",
        "/admin%3fx",
        "/admin?x#y",
        "/admin x",
        "/admin\u0001",
        "/admin\t",
        "/\u00e4",
        "/admin\u2215x"
      })
  void refusesWhatCanBeReadInTwoWays(String target) {
    assertThatThrownBy(() -> PathReader.read(target)).isInstanceOf(AmbiguousPathException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "?x=1",
        "\\admin",
        "admin",
        "http://example.com/admin",
        "/admin%",
        "/admin%2",
        "/admin%zz",
        "/admin%2g",
        "/admin%c0%af",
        "/admin%e0%80%af",
        "/admin%f0%80%80%af",
        "/admin%ff",
        "/admin%ed%a0%80",
        "/admin%c3"
      })
  void refusesWhatIsNoPath(String target) {
    assertThatThrownBy(() -> PathReader.read(target)).isInstanceOf(MalformedRequestException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/admin, /admin",
    "/admin/, /admin/",
    "/ADMIN, /ADMIN",
    "/admin., /admin.",
    "/admin?x=/../y, /admin",
    "/admin?, /admin",
    "/adm%69n, /admin",
    "/%61dmin, /admin",
    "/a%20b, '/a b'",
    "/caf%C3%A9, /café",
    "/a%25, /a%",
    "/a%25zz, /a%zz",
    "/a+b, /a+b",
    "/.well-known/x, /.well-known/x",
    "/..., /..."
  })
  void readsWhatHasOneMeaning(String target, String path) {
    assertThat(PathReader.read(target).text()).isEqualTo(path);
  }

  @Test
  void refusesEveryEscapedControlAndKeepsEveryEscapedLetter() {
    for (int octet = 0; octet < 256; octet++) {
      String target = "/admin%%%02x".formatted(octet);
      boolean plain = octet >= 0x20 && octet < 0x7F && "/\\.;?#".indexOf(octet) < 0;
      if (plain) {
        assertThat(PathReader.read(target).text()).isEqualTo("/admin" + (char) octet);
      } else {
        assertThatThrownBy(() -> PathReader.read(target)).isInstanceOf(RuntimeException.class);
      }
    }
  }

  @Test
  void boundsLengthAndSegments() {
    assertThat(PathReader.read("/" + "a".repeat(8191)).text()).hasSize(8192);
    assertThatThrownBy(() -> PathReader.read("/" + "a".repeat(8192)))
        .isInstanceOf(MalformedRequestException.class);
    assertThat(PathReader.read("/a".repeat(256)).count()).isEqualTo(256);
    assertThatThrownBy(() -> PathReader.read("/a".repeat(257)))
        .isInstanceOf(MalformedRequestException.class);
  }

  @Test
  void endsInOneOfThreeWaysWhateverComes() {
    Random random = new Random(1);
    String alphabet = "/ab.%2fF5cC;?#\\ 0e\u00e9\u0000";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder target = new StringBuilder("/");
      for (int j = random.nextInt(12); j > 0; j--) {
        target.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        String text = PathReader.read(target.toString()).text();
        assertThat(text).startsWith("/").doesNotContain("//", "/./", "/../", "\\", ";", "\u0000");
      } catch (AmbiguousPathException | MalformedRequestException _) {
        // Refused, which is the other good end.
      }
    }
  }

  @Test
  void takesWhatIsJustShortEnough() {
    assertThat(PathReader.read("/" + "a".repeat(8191)).text()).hasSize(8192);
    assertThat(PathReader.read("/" + "a".repeat(8191) + "?" + "b".repeat(9000)).text())
        .hasSize(8192);
    assertThatThrownBy(() -> PathReader.read("/" + "a".repeat(8192)))
        .isInstanceOf(MalformedRequestException.class);
    assertThat(PathReader.read("/a".repeat(256)).count()).isEqualTo(256);
    assertThatThrownBy(() -> PathReader.read("/a".repeat(257)))
        .isInstanceOf(MalformedRequestException.class);
  }

  @Test
  void takesTheFirstAndLastCharactersThatNeedNoEscape() {
    assertThat(PathReader.read("/!~").text()).isEqualTo("/!~");
    assertThat(PathReader.read("/%20%7e").text()).isEqualTo("/ ~");
    assertThat(PathReader.read("/a").toString()).isEqualTo("/a");
  }
}
