// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.type.v3.StatusCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies over a route's bound. */
final class BodyLimitIT {
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
  void allow() {
    stage.authz().answer(ScriptedAuthz.ALLOW);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.shop", "small-open.shop"})
  void endsAChunkedBodyOverTheBound(String host) throws IOException {
    String answer =
        post(host, "transfer-encoding: chunked\r\n", "8\r\n12345678\r\n3\r\n901\r\n0\r\n\r\n");
    assertThat(answer)
        .startsWith("HTTP/1.1 413")
        .contains("application/problem+json", "/problems/body-too-large", "\"decisionId\":\"");
  }

  @Test
  void endsADeclaredBodyOverTheBound() throws IOException {
    assertThat(post("small.shop", "content-length: 11\r\n", "12345678901"))
        .startsWith("HTTP/1.1 413");
  }

  @Test
  void passesABodyAtTheBound() throws IOException {
    assertThat(post("small.shop", "transfer-encoding: chunked\r\n", "a\r\n1234567890\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .contains("\nbody 10\n");
    assertThat(post("small.shop", "content-length: 10\r\n", "1234567890")).contains("\nbody 10\n");
  }

  @Test
  void holdsOnlyWhereARouteSaysSo() throws IOException {
    String body = "x".repeat(100_000);
    assertThat(post("orders.shop", "content-length: 100000\r\n", body)).contains("\nbody 100000\n");
    assertThat(post("open.shop", "content-length: 100000\r\n", body)).contains("\nbody 100000\n");
  }

  @Test
  void tellsAStrangerThatHeIsOneAndNotTheBound() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.Unauthorized, "{}"));
    assertThat(post("small.shop", "content-length: 11\r\n", "12345678901"))
        .startsWith("HTTP/1.1 401");
  }

  @Test
  void letsABodyStreamThroughWhileItGrows() throws IOException {
    int before = stage.upstream().begun();
    try (RawClient client = new RawClient(stage.gate().port())) {
      client.send(
          "POST / HTTP/1.1\r\nhost: small.shop\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n");
      await()
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(stage.upstream().begun()).isEqualTo(before + 1));
      client.send("1\r\ny\r\n0\r\n\r\n");
      assertThat(client.response()).contains("\nbody 2\n");
    }
  }

  private static String post(String host, String headers, String body) throws IOException {
    return RawClient.exchange(
        stage.gate().port(), "POST / HTTP/1.1\r\nhost: " + host + "\r\n" + headers + "\r\n" + body);
  }
}
