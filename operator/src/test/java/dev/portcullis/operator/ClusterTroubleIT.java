// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.portcullis.operator.cluster.ClusterException;
import dev.portcullis.parts.ApiServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator does when the cluster around it is not as it should be. */
class ClusterTroubleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static Cluster cluster;

  @BeforeAll
  static void startCluster() {
    cluster = new Cluster();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @Test
  void saysWhatToApplyWhenDefinitionsAreMissing() {
    try (ApiServer bare = ApiServer.start()) {
      assertThatThrownBy(() -> RunningOperator.start(cluster.config(bare.kubeconfigFile())))
          .isInstanceOf(ClusterException.class)
          .hasMessageContaining("apipolicies")
          .hasMessageContaining("kubectl apply --server-side -f charts/portcullis/crds")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void saysWhichPortIsTaken() throws IOException {
    try (ServerSocket _ = new ServerSocket(cluster.xdsPort, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(cluster::operator)
          .isInstanceOf(StartException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + cluster.xdsPort)
          .hasMessageContaining("choose another --xds-listen")
          .message()
          .hasLineCount(1);
    }
  }

  @Test
  void servesWhileTheApiServerHangsAndCatchesUpAfterwards() throws IOException {
    cluster.service("outage");
    cluster.apply(OperatorIT.policy("outage", "1 == 1"));
    String token = cluster.deciderToken();
    try (RunningOperator _ = cluster.operator();
        AckingNode before = cluster.decider("authz-0", token)) {
      await().atMost(PATIENCE).until(() -> before.held.containsKey("shop/outage"));
      cluster.api.process().freeze();
      try (AckingNode during = cluster.decider("authz-1", token)) {
        await().atMost(PATIENCE).until(() -> during.held.containsKey("shop/outage"));
      } finally {
        cluster.api.process().thaw();
      }
      cluster.apply(OperatorIT.policy("outage", "2 == 2"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(before.body("shop/outage")).contains("2 == 2"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(cluster.jsonPath("apipol", "outage", "{.status.observedGeneration}"))
                  .isEqualTo("2"));
    }
  }

  @Test
  void saysThatASecretIsForbiddenUntilItIsGranted() {
    cluster.service("secret");
    cluster.apply(SECRET);
    cluster.apply(POLICY);
    try (RunningOperator _ = cluster.operator()) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(cluster.message("apipol", "secret", "ResolvedRefs"))
                  .contains("to read the Secret shop/idp-keys is forbidden")
                  .contains("grant the operator get, list and watch on Secret shop/idp-keys"));
      cluster.apply(GRANT);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(cluster.condition("apipol", "secret", "ResolvedRefs"))
                  .isEqualTo("True/ResolvedRefs"));
    }
  }

  private static final String SECRET =
      """
      apiVersion: v1
      kind: Secret
      metadata: {name: idp-keys, namespace: shop}
      stringData:
        jwks.json: |
          {"keys": [{"kty": "EC", "crv": "P-256", "kid": "1", "alg": "ES256", "use": "sig",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}
      """;

  private static final String POLICY =
      """
      apiVersion: portcullis.dev/v1alpha1
      kind: ApiPolicy
      metadata: {name: secret, namespace: shop}
      spec:
        targetRefs: [{kind: Service, name: secret}]
        authentication:
          methods:
          - name: employees
            jwt:
              issuer: https://idp.example.com/
              audiences: [shop]
              jwks: {secretRef: {name: idp-keys, key: jwks.json}}
      """;

  private static final String GRANT =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: portcullis-secrets, namespace: shop}
      rules:
      - {apiGroups: [""], resources: [secrets], resourceNames: [idp-keys], verbs: [get, list, watch]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: portcullis-secrets, namespace: shop}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: portcullis-secrets}
      subjects: [{kind: ServiceAccount, name: operator, namespace: portcullis-system}]
      """;
}
