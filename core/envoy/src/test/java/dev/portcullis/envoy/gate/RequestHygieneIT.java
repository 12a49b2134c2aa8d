// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the decision service and the upstream of what a client sends. */
final class RequestHygieneIT {
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
  void passesOnOurHeaderAndNotTheClients() throws IOException {
    String answer = stage.gate().get("orders.shop", "/", "X-User-Id: evil\r\nx-user-id: worse\r\n");
    assertThat(answer).contains("\nx-user-id: ours\n").doesNotContain("evil", "worse");
    assertThat(asked("x-user-id")).isEmpty();
  }

  @Test
  void removesAClaimHeaderAlsoWhereAnotherServiceTrustsIt() throws IOException {
    stage.authz().answer(_ -> ok());
    String answer = stage.gate().get("ghost.shop", "/", "X-User-Id: evil\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").doesNotContain("x-user-id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x-user-id", "close, x-user-id", "keep-alive, X-User-Id", "upgrade, x-user-id"})
  void keepsOurHeaderFromBeingNamedHopByHop(String connection) throws IOException {
    String answer =
        stage.gate().get("orders.shop", "/", "Connection: " + connection + "\r\nupgrade: h2c\r\n");
    if (answer.startsWith("HTTP/1.1 200")) {
      assertThat(answer).contains("\nx-user-id: ours\n").doesNotContain("\nconnection: upgrade");
    } else {
      assertThat(answer).startsWith("HTTP/1.1 403");
    }
  }

  @Test
  void removesReservedHeadersWhoeverThePeer() throws IOException {
    String answer =
        stage
            .gate()
            .get(
                "orders.shop",
                "/",
                """
                x-envoy-upstream-rq-timeout-ms: 1\r
                X-Envoy-Original-Path: /x\r
                x-envoy-retry-on: 5xx\r
                X-Portcullis-Decision-Id: forged\r
                x-forwarded-client-cert: By=spiffe://evil\r
                x-request-id: chosen\r
                """);
    assertThat(answer)
        .contains("HTTP/1.1 200", "\nx-request-id: ")
        .doesNotContain(
            "x-envoy-upstream", "x-envoy-original", "x-envoy-retry", "x-envoy-internal", "chosen")
        .doesNotContain("forged", "evil");
    assertThat(stage.authz().asked()).hasSize(1);
    assertThat(asked("x-portcullis-decision-id")).isEmpty();
    assertThat(asked("x-envoy-original-path")).isEmpty();
    assertThat(asked("x-request-id")).hasSize(1).doesNotContain("chosen");
  }

  @Test
  void tellsThePeerAndAppendsToWhatTheClientForwarded() throws IOException {
    String answer = stage.gate().get("orders.shop", "/", "x-forwarded-for: 203.0.113.7\r\n");
    AttributeContext attributes = stage.authz().asked().getFirst().getAttributes();
    assertThat(attributes.getSource().getAddress().getSocketAddress().getAddress())
        .isEqualTo("127.0.0.1");
    assertThat(asked("x-forwarded-for")).containsExactly("203.0.113.7,127.0.0.1");
    assertThat(answer).contains("\nx-forwarded-for: 203.0.113.7,127.0.0.1\n");
    assertThat(stage.gate().get("orders.shop", "/", "")).contains("\nx-forwarded-for: 127.0.0.1\n");
  }

  @Test
  void namesTheRouteWhereNoClientCan() throws IOException {
    stage.gate().get("orders.shop", "/", "");
    assertThat(stage.authz().asked().getFirst().getAttributes().getContextExtensionsMap())
        .containsEntry(CheckNames.ROUTE, "shop/orders");
  }

  @Test
  void keepsRepeatedHeadersApart() throws IOException {
    stage.gate().get("orders.shop", "/", "X-Api-Key: one\r\nX-Api-Key: two\r\n");
    assertThat(asked("x-api-key")).containsExactly("one", "two");
  }

  /** So a credential with a comma in it was sent twice, or wants to look as if. */
  @Test
  void joinsTheRepeatedHeadersThatEnvoyItselfKnows() throws IOException {
    stage.gate().get("orders.shop", "/", "Authorization: one\r\nAuthorization: two\r\n");
    assertThat(asked("authorization")).containsExactly("one,two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a%2fb", "/a%2Fb", "/a%5cb", "/a%00b", "/%2e%2e%2fadmin"})
  void refusesPathsWithTwoReadings(String path) throws IOException {
    String answer = stage.gate().get("orders.shop", path, "");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("application/problem+json");
    assertThat(stage.authz().asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/./admin,/admin",
    "/a/../admin,/admin",
    "/%2e%2e/admin,/admin",
    "//admin,/admin",
    "/a//b/,/a/b/",
    "/a\\b,/a/b",
    "/%61dmin,/admin",
    "/a?x=//y,/a?x=//y"
  })
  void asksAboutThePathThatItForwards(String sent, String asked) throws IOException {
    String answer = stage.gate().get("orders.shop", sent, "");
    assertThat(answer).contains("\r\n\r\nHTTP/1.1 " + asked + "\n");
    assertThat(stage.authz().asked().getFirst().getAttributes().getRequest().getHttp().getPath())
        .isEqualTo(asked);
  }

  @Test
  void refusesHeadersWithUnderscores() throws IOException {
    String answer = stage.gate().get("orders.shop", "/", "x_user_id: evil\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400");
    assertThat(stage.authz().asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders.shop",
        "ORDERS.Shop",
        "orders.shop.svc",
        "orders.shop.svc.cluster.local",
        "orders.shop.svc.cluster.local.",
        "orders.shop:8080",
        "orders.shop.svc.cluster.local.:443"
      })
  void knowsAServiceByItsNames(String host) throws IOException {
    assertThat(stage.gate().get(host, "/", "")).startsWith("HTTP/1.1 200");
    assertThat(stage.authz().asked()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "127.0.0.1",
        "orders.shop.example.com",
        "evil.orders.shop",
        "orders.shop.svc.cluster.local.evil",
        "*",
        "unknown-host",
        "http.orders.shop"
      })
  void knowsNoOtherHost(String host) throws IOException {
    String answer = stage.gate().get(host, "/", "");
    assertThat(answer)
        .startsWith("HTTP/1.1 404")
        .contains("application/problem+json", "\"status\":404", "No service answers");
    assertThat(stage.authz().asked()).isEmpty();
  }

  private static CheckResponse ok() {
    return CheckResponse.newBuilder()
        .setStatus(Status.newBuilder().setCode(0))
        .setOkResponse(OkHttpResponse.getDefaultInstance())
        .build();
  }

  /** The values of a header in the one Check that was made. */
  private static List<String> asked(String header) {
    CheckRequest request = stage.authz().asked().getFirst();
    return request.getAttributes().getRequest().getHttp().getHeaderMap().getHeadersList().stream()
        .filter(value -> value.getKey().equals(header))
        .map(HeaderValue::getRawValue)
        .map(raw -> raw.toStringUtf8())
        .toList();
  }
}
