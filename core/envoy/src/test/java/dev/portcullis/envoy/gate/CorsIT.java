// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.type.v3.StatusCode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pages of other origins may do from a browser. */
final class CorsIT {
  private static final String ALLOWED = "\r\naccess-control-allow-origin: ";

  @TempDir static Path directory;
  private static Stage stage;

  @BeforeAll
  static void open() throws IOException {
    stage = Stage.open(directory);
  }

  @AfterAll
  static void close() {
    stage.close();
  }

  @BeforeEach
  void refuse() {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.Unauthorized, "{}"));
  }

  @ParameterizedTest
  @CsvSource({
    "web, https://shop.example.com",
    "web, https://a.example.org",
    "web, https://a.b.example.org",
    "any, https://anybody.example.net"
  })
  void preflightsOfPagesThatAreNamedNeedNoCredentials(String service, String origin)
      throws IOException {
    assertThat(preflight(service, origin))
        .startsWith("HTTP/1.1 200")
        .contains(ALLOWED + origin + "\r\n", "\r\naccess-control-max-age: 600\r\n")
        .contains("\r\naccess-control-allow-methods: GET, PUT\r\n")
        .contains("\r\naccess-control-allow-headers: content-type\r\n");
    assertThat(stage.authz().asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "web,    https://evil.example.com",
    "web,    https://example.org",
    "web,    https://shop.example.com.evil.org",
    "web,    http://shop.example.com",
    "web,    null",
    "orders, https://shop.example.com"
  })
  void preflightsOfOthersAreDecidedLikeAnyRequest(String service, String origin)
      throws IOException {
    assertThat(preflight(service, origin))
        .startsWith("HTTP/1.1 401")
        .doesNotContainIgnoringCase("access-control-");
    assertThat(stage.authz().asked()).hasSize(1);
  }

  @Test
  void whatIsNoPreflightIsDecided() throws IOException {
    String options =
        "OPTIONS / HTTP/1.1\r\nhost: web.shop\r\norigin: https://shop.example.com\r\n\r\n";
    assertThat(RawClient.exchange(stage.gate().port(), options)).startsWith("HTTP/1.1 401");
    assertThat(stage.authz().asked()).hasSize(1);
  }

  @Test
  void aPageThatIsNamedMayReadARefusal() throws IOException {
    assertThat(get("web", "https://shop.example.com"))
        .startsWith("HTTP/1.1 401")
        .contains(ALLOWED + "https://shop.example.com\r\n")
        .contains("\r\naccess-control-allow-credentials: true\r\n")
        .contains("\r\naccess-control-expose-headers: ", "retry-after", "x-total")
        .containsIgnoringCase("\r\nvary: origin\r\n");
  }

  @Test
  void aPageThatIsNamedMayReadAnAnswer() throws IOException {
    stage.authz().answer(ScriptedAuthz.ALLOW);
    assertThat(get("web", "https://shop.example.com"))
        .startsWith("HTTP/1.1 200")
        .contains(ALLOWED + "https://shop.example.com\r\n")
        .containsIgnoringCase("\r\nvary: origin\r\n");
    assertThat(get("any", "https://anybody.example.net"))
        .contains(ALLOWED + "https://anybody.example.net\r\n")
        .doesNotContain("allow-credentials");
  }

  @Test
  void aPageThatIsNotNamedMayNot() throws IOException {
    stage.authz().answer(ScriptedAuthz.ALLOW);
    assertThat(get("web", "https://evil.example.com"))
        .startsWith("HTTP/1.1 200")
        .doesNotContain("access-control-")
        .containsIgnoringCase("\r\nvary: origin\r\n");
    assertThat(get("orders", "https://shop.example.com")).doesNotContain("access-control-", "vary");
  }

  private static String preflight(String service, String origin) throws IOException {
    return RawClient.exchange(
        stage.gate().port(),
        "OPTIONS /orders/7 HTTP/1.1\r\nhost: "
            + service
            + ".shop\r\norigin: "
            + origin
            + "\r\naccess-control-request-method: PUT\r\n\r\n");
  }

  private static String get(String service, String origin) throws IOException {
    return stage.gate().get(service + ".shop", "/", "origin: " + origin + "\r\n");
  }
}
