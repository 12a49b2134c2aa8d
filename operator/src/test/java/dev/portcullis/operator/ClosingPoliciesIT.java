// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The policies that close moved ports, beside those of others, on a real API server. */
final class ClosingPoliciesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** A change of policies is followed at once: nothing else makes the operator look. */
  private static final Duration SOON = Duration.ofSeconds(4);

  private static final String OPEN = "1-8079 8081-65535 1-65535 1-65535 ";

  @Test
  void opensNothingThatAnotherPolicyClosed() {
    try (Cluster cluster = new Cluster();
        RunningOperator _ = cluster.operator()) {
      pod(cluster);
      await().atMost(PATIENCE).untilAsserted(() -> assertThat(allowed(cluster)).isEqualTo(OPEN));

      cluster.apply(
          """
          apiVersion: networking.k8s.io/v1
          kind: NetworkPolicy
          metadata: {name: default-deny, namespace: shop}
          spec: {podSelector: {}}
          """);
      await().atMost(SOON).untilAsserted(() -> assertThat(allowed(cluster)).isEqualTo("15021- "));

      cluster.apply(
          """
          apiVersion: portcullis.dev/v1alpha1
          kind: ApiPolicy
          metadata: {name: orders, namespace: shop}
          spec:
            targetRefs: [{kind: Service, name: orders}]
            authentication: {methods: [{name: public, anonymous: {}}]}
          """);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(allowed(cluster)).isEqualTo("15021- 20000- "));

      putsRight(cluster);

      cluster.api.kubectl("-n", "shop", "delete", "networkpolicy", "default-deny").orThrow();
      await().atMost(SOON).untilAsserted(() -> assertThat(allowed(cluster)).isEqualTo(OPEN));
    }
  }

  private static void putsRight(Cluster cluster) {
    cluster
        .api
        .kubectl(
            "-n",
            "shop",
            "patch",
            "networkpolicy",
            "portcullis-closes-8080",
            "--type=merge",
            "-p",
            "{\"spec\":{\"ingress\":[{}]}}")
        .orThrow();
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(allowed(cluster)).isEqualTo("15021- 20000- "));
  }

  /** As the webhook would have made it; nobody serves that here. */
  private static void pod(Cluster cluster) {
    cluster.api.kubectl("label", "namespace", "shop", "portcullis.dev/inject=enabled").orThrow();
    cluster.api.kubectl("-n", "shop", "create", "serviceaccount", "orders").orThrow();
    cluster.apply(
        """
        apiVersion: v1
        kind: Service
        metadata: {name: orders, namespace: shop}
        spec:
          selector: {app: orders}
          ports: [{name: http, port: 80, targetPort: http}]
        """);
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: orders-1
          namespace: shop
          labels:
            app: orders
            portcullis.dev/inject: disabled
            portcullis.dev/sidecar: rewrite
            portcullis.dev/moved: "8080"
          annotations:
            portcullis.dev/ports: '[{"name":"http","app":8080,"listen":20000}]'
        spec:
          serviceAccountName: orders
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 0
          containers: [{name: app, image: app}]
        """);
  }

  private static String allowed(Cluster cluster) {
    return cluster.jsonPath(
        "networkpolicies",
        "--selector=portcullis.dev/moved=8080",
        "{range .items[*].spec.ingress[*].ports[*]}{.port}-{.endPort} {end}");
  }
}
