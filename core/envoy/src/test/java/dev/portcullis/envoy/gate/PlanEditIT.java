// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.policy.plan.FailureMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edited plan holds for the next request of connections that are already open. */
final class PlanEditIT {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

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
  void reachesOpenConnectionsAndReplacesNoListener() throws IOException {
    stage.authz().answer(ScriptedAuthz.ALLOW);
    try (RawClient client = new RawClient(stage.gate().port())) {
      assertThat(request(client)).contains("\nx-tenant: evil\n");
      stage
          .gate()
          .edit(
              List.of(
                  Plans.withClaims("shop/orders", "X-Tenant"),
                  Plans.withBody("shop/open", FailureMode.ALLOW, 1)));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(request(client)).doesNotContain("x-tenant"));
    }
    assertThat(stage.gate().envoy().stat("listener_manager.listener_modified")).isZero();
    assertThat(stage.gate().envoy().stat("listener_manager.listener_in_place_updated")).isZero();
    stage.authz().stop();
    assertThat(stage.gate().get("small-open.shop", "/", ""))
        .as("a service that lost its policy is closed")
        .startsWith("HTTP/1.1 503");
    stage.authz().restart();
  }

  private static String request(RawClient client) throws IOException {
    client.send("GET / HTTP/1.1\r\nhost: orders.shop\r\nx-tenant: evil\r\n\r\n");
    return client.response();
  }
}
