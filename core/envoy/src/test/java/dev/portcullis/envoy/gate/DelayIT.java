// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RoutePlan;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that the decision service lets pass later. */
final class DelayIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String NAME = CheckNames.DELAY_HEADER;
  private static final long MILLIS = 1_000_000;
  @TempDir static Path directory;
  private static Stage stage;

  /** Orders may be delayed, what is in shadow mode may not. */
  @BeforeAll
  static void open() throws IOException {
    stage = Stage.open(directory);
    List<RoutePlan> plans = new ArrayList<>(Stage.PLANS);
    plans.removeIf(plan -> plan.id().value().equals("shop/orders"));
    plans.removeIf(plan -> plan.id().value().equals("shop/web"));
    plans.add(Plans.withDelay("shop/orders", Mode.ENFORCE));
    plans.add(Plans.withDelay("shop/web", Mode.SHADOW));
    stage.gate().edit(plans);
    stage.authz().answer(_ -> ScriptedAuthz.allowed(NAME, "1"));
    await().atMost(PATIENCE).until(() -> !get("orders.shop", "").contains(NAME));
  }

  @BeforeEach
  void letPass() {
    stage.authz().answer(ScriptedAuthz.ALLOW);
  }

  @AfterAll
  static void close() {
    stage.close();
  }

  @Test
  void holdsARequestAsLongAsTheDecisionSays() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.allowed(NAME, "400"));
    long before = stage.gate().envoy().stat("http.gateway.fault.delays_injected");
    long start = System.nanoTime();

    assertThat(get("orders.shop", "")).startsWith("HTTP/1.1 200").doesNotContain(NAME);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(400 * MILLIS);
    assertThat(stage.gate().envoy().stat("http.gateway.fault.delays_injected"))
        .isEqualTo(before + 1);
  }

  /** Longer than Envoy waits for the decision itself. */
  @Test
  void holdsABodyThatIsLargerThanAConnectionBuffers() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.allowed(NAME, "600"));
    String body = "x".repeat(200_000);
    long start = System.nanoTime();

    String answer =
        RawClient.exchange(
            stage.gate().port(),
            "POST / HTTP/1.1\r\nhost: orders.shop\r\ncontent-length: 200000\r\n\r\n" + body);
    assertThat(answer).startsWith("HTTP/1.1 200").contains("body 200000\n");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(600 * MILLIS);
  }

  @Test
  void obeysNoClient() throws IOException {
    String theirs =
        NAME
            + ": 60000\r\nX-Envoy-Fault-Delay-Request: 60000\r\n"
            + "x-envoy-fault-delay-request-percentage: 100\r\n"
            + "x-envoy-fault-abort-request: 503\r\n";
    long before = stage.gate().envoy().stat("http.gateway.fault.delays_injected");

    for (String host : List.of("orders.shop", "open.shop", "web.shop", "small.shop")) {
      assertThat(get(host, theirs)).startsWith("HTTP/1.1 200").doesNotContain("x-envoy-fault");
    }
    assertThat(stage.gate().envoy().stat("http.gateway.fault.delays_injected")).isEqualTo(before);
    assertThat(stage.authz().asked()).hasSize(4).noneMatch(DelayIT::isToldOfFaults);
  }

  /** A client that says a percentage of none would else not be held. */
  @Test
  void isNotTalkedOutOfIt() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.allowed(NAME, "300"));
    long start = System.nanoTime();

    assertThat(get("orders.shop", NAME + ": 1\r\nx-envoy-fault-delay-request-percentage: 0\r\n"))
        .startsWith("HTTP/1.1 200");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300 * MILLIS);
  }

  /** Neither where no limit delays nor where it is in shadow mode. */
  @Test
  void isOffOnOtherRoutes() throws IOException {
    stage.authz().answer(_ -> ScriptedAuthz.allowed(NAME, "60000"));

    assertThat(get("open.shop", "")).startsWith("HTTP/1.1 200");
    assertThat(get("web.shop", "")).startsWith("HTTP/1.1 200");
  }

  private static boolean isToldOfFaults(CheckRequest check) {
    return check.toString().contains("x-envoy-fault");
  }

  private static String get(String host, String headers) throws IOException {
    return stage.gate().get(host, "/", headers);
  }
}
