// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Policies of namespaces and of the installation, on a real API server with the real rights. */
class TargetsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String NAMESPACE_POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: all, namespace: shop}
      spec:
        targetRefs: [{kind: Namespace, name: shop}]
        authentication: {methods: [{name: public, anonymous: {}}]}
        request: {maxBodyBytes: 4711}
      """;
  private static final String PLATFORM_POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: platform, namespace: portcullis-system}
      spec:
        namespaceSelector: {matchLabels: {stage: production}}
        inheritance: Override
        request: {maxBodyBytes: 815}
      """;

  private static final String BY_LABEL =
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: billing}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: invoices, namespace: billing, labels: {tier: public}}
      spec: {ports: [{name: http, port: 80}]}
      ---
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: invoices, namespace: billing}
      spec:
        targetRefs: [{kind: Service, name: invoices}]
        authentication: {methods: [{name: public, anonymous: {}}]}
        authorization:
          rules: [{name: internal, when: 'route.labels["tier"] == "internal"'}]
      """;

  private static Cluster cluster;
  private static RunningOperator operator;

  @BeforeAll
  static void start() {
    cluster = new Cluster();
    operator = cluster.operator();
  }

  @AfterAll
  static void stop() {
    operator.close();
    cluster.close();
  }

  @Test
  void followsTheLabelsOfNamespaces() throws IOException {
    cluster.service("orders");
    cluster.service("carts");
    cluster.apply(NAMESPACE_POLICY);
    cluster.apply(PLATFORM_POLICY);
    try (AckingNode decider = cluster.decider("authz-0")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(decider.held).containsKeys("shop/orders", "shop/carts");
            assertThat(decider.body("shop/orders")).contains("4711");
          });
      assertThat(cluster.jsonPath("apipol", "all", "{.spec.inheritance}")).isEqualTo("Default");

      cluster.api.kubectl("label", "namespace", "shop", "stage=production").orThrow();
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(decider.body("shop/orders")).contains("815").doesNotContain("4711"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(cluster.message("apipol", "all", "Overridden"))
                .isEqualTo(
                    "ApiPolicy portcullis-system/platform replaces request on shop/carts;"
                        + " ApiPolicy portcullis-system/platform replaces request on shop/orders");
            assertThat(cluster.jsonPath("apipol", "all", "{.status.targets[0].routes}"))
                .isEqualTo("2");
            assertThat(
                    cluster
                        .api
                        .kubectl(
                            "-n",
                            "portcullis-system",
                            "get",
                            "apipol",
                            "platform",
                            "-o",
                            "jsonpath={.status.targets[*].kind}/{.status.targets[*].name}")
                        .orThrow())
                .isEqualTo("Namespace/shop");
          });

      cluster.api.kubectl("label", "namespace", "shop", "stage-").orThrow();
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(decider.body("shop/orders")).contains("4711"));
    }
  }

  @Test
  void followsTheLabelsOfServicesThatExpressionsRead() throws IOException {
    cluster.apply(BY_LABEL);
    try (AckingNode decider = cluster.decider("authz-1")) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(decider.body("billing/invoices"))
                  .contains("\"labels\":{\"tier\":\"public\"}"));

      cluster
          .api
          .kubectl("-n", "billing", "label", "--overwrite", "service", "invoices", "tier=internal")
          .orThrow();

      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(decider.body("billing/invoices"))
                  .contains("\"labels\":{\"tier\":\"internal\"}"));
    }
  }
}
