// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.cli.quickstart.ControlPlane;
import dev.portcullis.cli.quickstart.Quickstart;
import dev.portcullis.cli.terminal.Terminal;
import dev.portcullis.cli.through.RawHttp;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.suite.CaseResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The whole system loses one part after another; the gate stays a gate. One stage, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ResilienceIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Quickstart QUICKSTART =
      new Quickstart(Terminal.standardError(), Quickstart.exampleSuite());
  private static Quickstart.@Nullable Stage stage;
  private static @Nullable ChildProcess operator;

  @BeforeAll
  static void startEverything() {
    stage = QUICKSTART.start();
    operator = stage().controlPlane().operator();
  }

  @AfterAll
  static void endEverything() {
    QUICKSTART.close();
  }

  @Test
  @Order(1)
  void decidesAsTheExamplesSay() {
    assertThat(QUICKSTART.send(stage()))
        .filteredOn(result -> !result.holds())
        .extracting(CaseResult::differences)
        .isEmpty();
  }

  @Test
  @Order(2)
  void aPolicyThatDoesNotCompileKeepsItsLastAcceptedVersion() {
    apply(
        "apipolicy/orders",
        "[{\"op\":\"replace\",\"path\":\"/spec/authorization/rules/2/when\","
            + "\"value\":\"auth.claims.role ==\"}]");
    awaitTrue(() -> condition("Accepted").startsWith("False"));
    String described =
        stage().apiServer().kubectl("describe", "apipolicy", "orders", "-n", "shop").orThrow();
    assertThat(described).contains("$.spec.authorization.rules[2].when");
    assertThat(status("/orders/7", true)).isEqualTo(200);
    assertThat(status("/admin/users", true)).isEqualTo(403);
    assertThat(status("/orders/7", false)).isEqualTo(401);
  }

  @Test
  @Order(3)
  void trafficGoesOnWithoutTheOperator() {
    Objects.requireNonNull(operator).kill();
    assertThat(status("/orders/7", true)).isEqualTo(200);
    assertThat(status("/orders/7", false)).isEqualTo(401);
  }

  @Test
  @Order(4)
  void theLastAcceptedVersionSurvivesARestartOfTheOperator() {
    ControlPlane before = stage().controlPlane();
    operator =
        ControlPlane.startOperator(
            QUICKSTART.processes(),
            stage().installation(),
            before.operatorPort(),
            before.operatorCa().resolveSibling("."));
    // The edit shows that the new operator has taken over and speaks for the same policies.
    apply(
        "ratelimitpolicy/orders",
        "[{\"op\":\"replace\",\"path\":\"/spec/limits/0/rate/requests\",\"value\":4}]");
    awaitTrue(() -> condition("ratelimitpolicy", "Programmed").startsWith("True"));
    assertThat(condition("Accepted")).startsWith("False");
    assertThat(status("/orders/7", true)).isEqualTo(200);
    assertThat(status("/admin/users", true)).isEqualTo(403);
  }

  @Test
  @Order(5)
  void aMendedPolicyIsInForceAgain() {
    apply(
        "apipolicy/orders",
        "[{\"op\":\"replace\",\"path\":\"/spec/authorization/rules/1/scopes\","
            + "\"value\":[\"orders.write\"]},"
            + "{\"op\":\"replace\",\"path\":\"/spec/authorization/rules/2/when\","
            + "\"value\":\"auth.claims.role == 'agent'\"}]");
    awaitTrue(() -> status("/orders/7", true) == 403);
    awaitTrue(() -> condition("Programmed").startsWith("True"));
    assertThat(condition("Accepted")).startsWith("True");
    apply(
        "apipolicy/orders",
        "[{\"op\":\"replace\",\"path\":\"/spec/authorization/rules/1/scopes\","
            + "\"value\":[\"orders.read\"]}]");
    awaitTrue(() -> status("/orders/7", true) == 200);
  }

  @Test
  @Order(6)
  void nothingPassesWhileTheDecisionServiceIsFrozen() {
    ChildProcess decisionService = stage().controlPlane().decisionService();
    decisionService.freeze();
    try {
      for (int i = 0; i < 5; i++) {
        assertThat(status("/orders/7", true)).isEqualTo(503);
      }
    } finally {
      decisionService.thaw();
    }
    awaitTrue(() -> status("/orders/7", true) == 200);
  }

  @Test
  @Order(7)
  void nothingPassesWithoutTheDecisionService() {
    stage().controlPlane().decisionService().kill();
    for (int i = 0; i < 5; i++) {
      assertThat(status("/orders/7", true)).isEqualTo(503);
    }
  }

  private static Quickstart.Stage stage() {
    return Objects.requireNonNull(stage);
  }

  private static void apply(String policy, String jsonPatch) {
    stage()
        .apiServer()
        .kubectl("patch", policy, "-n", "shop", "--type=json", "-p", jsonPatch)
        .orThrow();
  }

  /** The status of a condition of the orders policy, and its reason. */
  private static String condition(String type) {
    return condition("apipolicy", type);
  }

  private static String condition(String kind, String type) {
    return stage()
        .apiServer()
        .kubectl(
            "get",
            kind,
            "orders",
            "-n",
            "shop",
            "-o",
            "jsonpath={.status.conditions[?(@.type==\"" + type + "\")]['status','reason']}")
        .orThrow();
  }

  private static int status(String path, boolean withToken) {
    String authorization =
        withToken
            ? "authorization: " + QUICKSTART.fixtures().fill("Bearer ${token.alice}\r\n")
            : "";
    byte[] request =
        ("GET "
                + path
                + " HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\n"
                + authorization
                + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      InetSocketAddress envoy = new InetSocketAddress(loopback, stage().gateway().port());
      return RawHttp.exchange(envoy, loopback, request, Duration.ofSeconds(10)).status();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("Envoy does not answer", e);
    } catch (IOException e) {
      throw new AssertionError("Envoy answered with something that is not HTTP", e);
    }
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (!condition.call()) {
        assertThat(System.nanoTime())
            .as("nothing happened within %s; conditions: %s", PATIENCE, conditions())
            .isLessThan(deadline);
        Thread.sleep(100);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> conditions() {
    return List.of(condition("Accepted"), condition("ResolvedRefs"), condition("Programmed"));
  }
}
