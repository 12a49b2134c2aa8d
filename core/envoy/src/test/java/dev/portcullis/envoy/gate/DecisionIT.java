// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a request when the decision service refuses, is unsure, hangs or is gone. */
final class DecisionIT {
  private static final String GRPC = "content-type: application/grpc\r\nte: trailers\r\n";

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

  @Test
  void passesARefusalOnAsItIs() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.ServiceUnavailable, "{\"a\":1}"));
    assertThat(stage.gate().get("orders.shop", "/", ""))
        .startsWith("HTTP/1.1 503")
        .contains("content-type: application/problem+json\r\n")
        .endsWith("\r\n\r\n{\"a\":1}");
  }

  @Test
  void passesARefusalOnToGrpcCallers() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.Forbidden, "why"));
    assertThat(stage.gate().get("orders.shop", "/pkg.Service/Method", GRPC))
        .startsWith("HTTP/1.1 200")
        .contains("grpc-status: 7", "grpc-message: why");
  }

  @Test
  void aRefusalIsARefusalOnAnOpenRouteToo() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.Unauthorized, "{}"));
    assertThat(stage.gate().get("open.shop", "/", "")).startsWith("HTTP/1.1 401");
  }

  @Test
  void asksOnceAlsoWhenTheAnswerIsAnError() throws IOException {
    stage.authz().answer(_ -> fail());
    assertThat(stage.gate().get("orders.shop", "/", "")).startsWith("HTTP/1.1 503");
    assertThat(stage.authz().asked()).hasSize(1);
  }

  @Test
  void closesWhenTheDecisionServiceFailsAndOpensWhereToldTo() throws IOException {
    stage.authz().answer(_ -> fail());
    String answer = stage.gate().get("orders.shop", "/", "");
    assertThat(answer)
        .startsWith("HTTP/1.1 503")
        .contains("application/problem+json", "/problems/unavailable", "\"decisionId\":\"")
        .contains(CheckNames.DECISION_ID_HEADER + ": ");
    assertThat(stage.gate().get("open.shop", "/", "")).startsWith("HTTP/1.1 200");
  }

  @Test
  void waitsAQuarterOfASecondForAnAnswer() throws IOException {
    stage.authz().answer(ScriptedAuthz.SILENCE);
    long start = System.nanoTime();
    String closed = stage.gate().get("orders.shop", "/", "");
    Duration waited = Duration.ofNanos(System.nanoTime() - start);
    assertThat(closed).startsWith("HTTP/1.1 503").contains("/problems/unavailable");
    assertThat(waited).isBetween(Duration.ofMillis(240), Duration.ofSeconds(5));
    assertThat(stage.gate().get("open.shop", "/", "")).startsWith("HTTP/1.1 200");
  }

  @Test
  void closesWhileTheDecisionServiceIsGoneAndRecoversByItself() throws IOException {
    stage.authz().stop();
    try {
      assertThat(stage.gate().get("orders.shop", "/", "")).startsWith("HTTP/1.1 503");
      assertThat(stage.gate().get("ghost.shop", "/", "")).startsWith("HTTP/1.1 503");
      assertThat(stage.gate().get("small-open.shop", "/", "")).startsWith("HTTP/1.1 200");
      assertThat(stage.gate().get("nobody.shop", "/", "")).startsWith("HTTP/1.1 404");
    } finally {
      stage.authz().restart();
    }
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> stage.gate().get("orders.shop", "/", "").startsWith("HTTP/1.1 200"));
  }

  @Test
  void asksAboutAServiceWithoutAPlan() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.denied(StatusCode.ServiceUnavailable, "{}"));
    assertThat(stage.gate().get("ghost.shop", "/", "")).startsWith("HTTP/1.1 503");
    assertThat(stage.authz().asked().getFirst().getAttributes().getContextExtensionsMap())
        .containsEntry(CheckNames.ROUTE, "shop/ghost");
  }

  @Test
  void passesNothingThatMatchesNoRoute() throws IOException {
    int before = stage.upstream().begun();
    for (String request : List.of("OPTIONS *", "CONNECT orders.shop:80")) {
      String answer =
          RawClient.exchange(
              stage.gate().port(), request + " HTTP/1.1\r\nhost: orders.shop\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 404").contains("application/problem+json");
    }
    assertThat(stage.upstream().begun()).isEqualTo(before);
  }

  @Test
  void waitsForASlowDecisionAndAsksOnlyOnce() throws IOException {
    stage
        .authz()
        .answer(request -> {
          LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
          return ScriptedAuthz.ALLOW.apply(request);
        });
    assertThat(stage.gate().get("orders.shop", "/", "")).startsWith("HTTP/1.1 200");
    assertThat(stage.authz().asked()).hasSize(1);
  }

  private static CheckResponse fail() {
    throw new StatusRuntimeException(Status.UNAVAILABLE);
  }
}
