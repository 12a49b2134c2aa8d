// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies applied with kubectl, and what their statuses say. */
class OperatorIT {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static Cluster cluster;
  private RunningOperator operator;

  @BeforeAll
  static void startCluster() {
    cluster = new Cluster();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void startOperator() {
    operator = cluster.operator();
  }

  @AfterEach
  void stopOperator() {
    operator.close();
  }

  @Test
  void programsAPolicyWhenEveryNodeRunsIt() throws IOException {
    cluster.service("orders");
    cluster.apply(policy("orders", "1 == 1"));
    awaitCondition("orders", "Programmed", "False/NoDecisionService");
    assertThat(cluster.condition("apipol", "orders", "Accepted")).isEqualTo("True/Accepted");
    assertThat(cluster.condition("apipol", "orders", "ResolvedRefs"))
        .isEqualTo("True/ResolvedRefs");
    assertThat(cluster.condition("apipol", "orders", "Enforced"))
        .isEqualTo("Unknown/NotProgrammed");
    try (AckingNode decider = cluster.decider("authz-0")) {
      awaitCondition("orders", "Programmed", "Unknown/NoProxies");
      assertThat(decider.held).containsKey("shop/orders");
      try (AckingNode gateway = cluster.gateway("gw-0", List.of(Cluster.upstream("orders")))) {
        awaitCondition("orders", "Programmed", "True/Programmed");
        awaitCondition("orders", "Enforced", "Unknown/NoProbe");
        assertThat(gateway.held).containsKey("gateway");
        String version = cluster.jsonPath("apipol", "orders", "{.status.targets[0].planVersion}");
        assertThat(version).hasSize(64);
        assertThat(cluster.jsonPath("apipol", "orders", "{.status.targets[0].proxies.ready}"))
            .isEqualTo("1");
        assertThat(cluster.jsonPath("apipol", "orders", "{.status.observedGeneration}"))
            .isEqualTo("1");

        cluster.apply(policy("orders", "2 == 2"));
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> {
              assertThat(cluster.jsonPath("apipol", "orders", "{.status.targets[0].planVersion}"))
                  .isNotEqualTo(version);
              assertThat(cluster.condition("apipol", "orders", "Programmed"))
                  .isEqualTo("True/Programmed");
            });
        cluster.api.kubectl("-n", "shop", "delete", "apipol", "orders").orThrow();
        await().atMost(PATIENCE).until(() -> !decider.held.containsKey("shop/orders"));
      }
    }
  }

  @Test
  void keepsTheLastAcceptedVersionOfAPolicyThatBreaksAlsoOverARestart() throws IOException {
    cluster.service("broken");
    cluster.apply(policy("broken", "request.method == 'GET'"));
    awaitCondition("broken", "Accepted", "True/Accepted");
    cluster.apply(policy("broken", "request.no_such_field == 1"));
    awaitCondition("broken", "Accepted", "False/Invalid");
    assertThat(cluster.message("apipol", "broken", "Accepted"))
        .contains("$.spec.authorization.rules[0].when")
        .contains("The last accepted version stays in force");
    assertThat(cluster.condition("apipol", "broken", "Programmed")).isEqualTo("False/NotAccepted");
    assertThat(cluster.api.kubectl("-n", "shop", "describe", "apipol", "broken").orThrow())
        .contains("$.spec.authorization.rules[0].when")
        .contains("Warning");
    assertServesLastAccepted();

    operator.close();
    operator = cluster.operator();
    assertServesLastAccepted();
    assertThat(cluster.condition("apipol", "broken", "Accepted")).isEqualTo("False/Invalid");
  }

  private void assertServesLastAccepted() throws IOException {
    try (AckingNode decider = cluster.decider("authz-0")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(decider.body("shop/broken")).contains("request.method == 'GET'"));
    }
  }

  @Test
  void closesTheRouteOfAPolicyThatWasNeverAccepted() throws IOException {
    cluster.service("never");
    cluster.apply(policy("never", "request.no_such_field == 1"));
    awaitCondition("never", "Accepted", "False/Invalid");
    assertThat(cluster.message("apipol", "never", "Accepted")).contains("closed (503)");
    try (AckingNode decider = cluster.decider("authz-0")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(decider.body("shop/never")).contains("\"type\":\"Closed\""));
    }
  }

  @Test
  void showsWhatNodesRefuse() throws IOException {
    cluster.service("refused");
    try (AckingNode decider = cluster.decider("authz-0");
        AckingNode gateway = cluster.gateway("gw-0", List.of(Cluster.upstream("refused")))) {
      gateway.refuse(resource -> resource.getName().equals("gateway"));
      cluster.apply(policy("refused", "1 == 1"));
      awaitCondition("refused", "Programmed", "False/EnvoyRejected");
      assertThat(cluster.message("apipol", "refused", "Programmed"))
          .contains("gw-0")
          .contains("refused by the test");
      decider.refuse(resource -> resource.getName().equals("shop/refused"));
      cluster.apply(policy("refused", "2 == 2"));
      awaitCondition("refused", "Programmed", "False/PlanRejected");
    }
  }

  @Test
  void refusesTokensOfAnotherAudience() throws Exception {
    String token = cluster.token("ext-authz");
    try (AckingNode node =
        new AckingNode(
            cluster.xdsPort,
            cluster.ca(),
            token,
            Node.newBuilder().setId("x").build(),
            List.of())) {
      Throwable error = node.errors.poll(10, TimeUnit.SECONDS);
      assertThat(error).hasMessageContaining("UNAUTHENTICATED");
    }
  }

  @Test
  void reportsKeys() {
    cluster.apply(
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiKey
        metadata: {name: acme, namespace: shop}
        spec: {id: abcd1234, sha256: '%s', client: acme}
        """
            .formatted("0".repeat(64)));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.condition("apikey", "acme", "Ready")).isEqualTo("True/Ready"));
  }

  private static void awaitCondition(String name, String type, String wanted) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(cluster.condition("apipol", name, type)).isEqualTo(wanted));
  }

  static String policy(String service, String when) {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: %1$s, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: %1$s}]
      authentication: {methods: [{name: public, anonymous: {}}]}
      authorization:
        rules:
        - name: only
          when: "%2$s"
    """
        .formatted(service, when);
  }
}
