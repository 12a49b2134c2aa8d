// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Envoy refuses by itself is a problem document, and tells nothing of Envoy's insides. */
final class LocalReplyIT {
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

  @Test
  void aServiceThatDoesNotListenIs503() throws IOException {
    String answer = stage.gate().get("gone.shop", "/", "");
    problem(answer, 503, "Service Unavailable", "about:blank");
    assertThat(answer).doesNotContainIgnoringCase("upstream").doesNotContain("envoy");
  }

  @Test
  void aServiceThatDoesNotListenIs14ForGrpcCallers() throws IOException {
    String answer = stage.gate().get("gone.shop", "/p.S/M", "content-type: application/grpc\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 200")
        .contains("grpc-status: 14", "grpc-message: The service cannot be reached now.")
        .doesNotContain("{");
  }

  @Test
  void brokenHeadersAre400() throws IOException {
    problem(
        RawClient.exchange(stage.gate().port(), "GET / HTTP/1.1\r\nno colon\r\n\r\n"),
        400,
        "The request is malformed",
        "https://portcullis.dev/problems/malformed-request");
  }

  @Test
  void aRefusedPathDoesNotEchoARequestIdThatTheClientChose() throws IOException {
    String answer = stage.gate().get("orders.shop", "/a%2fb", "x-request-id: chosen\"}\r\n");
    JsonNode document = problem(answer, 400, "The request is malformed", null);
    assertThat(document.has("decisionId")).isFalse();
    assertThat(answer.substring(answer.indexOf("\r\n\r\n"))).doesNotContain("chosen");
  }

  @Test
  void oversizedHeadersAre431() throws IOException {
    problem(
        stage.gate().get("orders.shop", "/", "x: " + "a".repeat(70_000) + "\r\n"),
        431,
        "The request's headers are too large",
        "https://portcullis.dev/problems/headers-too-large");
  }

  @Test
  void tooManyHeadersAre431() throws IOException {
    assertThat(stage.gate().get("orders.shop", "/", "x: a\r\n".repeat(101)))
        .startsWith("HTTP/1.1 431");
  }

  @Test
  void http10Is426() throws IOException {
    problem(
        RawClient.exchange(stage.gate().port(), "GET / HTTP/1.0\r\nhost: orders.shop\r\n\r\n"),
        426,
        "Upgrade Required",
        "about:blank");
  }

  @Test
  void anUnknownUpgradeIs403() throws IOException {
    String answer =
        stage.gate().get("orders.shop", "/", "connection: upgrade\r\nupgrade: something\r\n");
    problem(answer, 403, "Forbidden", "about:blank");
  }

  private static JsonNode problem(
      String answer, int status, String title, @org.jspecify.annotations.Nullable String type)
      throws IOException {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status)
        .contains("content-type: application/problem+json\r\n");
    JsonNode document =
        new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    assertThat(document.path("status").isIntegralNumber()).isTrue();
    assertThat(document.path("status").intValue()).isEqualTo(status);
    assertThat(document.path("title").textValue()).isEqualTo(title);
    assertThat(document.path("detail").textValue()).isNotBlank();
    if (type != null) {
      assertThat(document.path("type").textValue()).isEqualTo(type);
    }
    return document;
  }
}
