// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists of addresses in ConfigMaps: who may read them, how they travel, and what breaks them. */
class AddressListsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** About what a ConfigMap holds. */
  private static final int RANGES = 60_000;

  private static Cluster cluster;

  @TempDir Path directory;

  @BeforeAll
  static void startCluster() {
    cluster = new Cluster();
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @Test
  void followsTheConfigMapsThatPoliciesName() throws IOException {
    cluster.service("orders");
    cluster.service("carts");
    cluster.apply(policy("orders"));
    cluster.apply(OperatorIT.policy("carts", "1 == 1"));
    AtomicInteger sent = new AtomicInteger();
    try (RunningOperator _ = cluster.operator();
        AckingNode decider = cluster.decider("authz-0")) {
      decider.refuse(resource -> {
        if (resource.getResource().getTypeUrl().equals(PlanTypes.ADDRESS_LIST)) {
          sent.incrementAndGet();
        }
        return false;
      });
      awaitMessage(
          "to read the ConfigMap shop/bad-ips is forbidden",
          "grant the operator get, list and watch on ConfigMap shop/bad-ips");
      awaitRoute(decider, body -> assertThat(body).contains("\"type\":\"Closed\""));

      cluster.apply(GRANT);
      awaitMessage("there is no ConfigMap shop/bad-ips");

      kubectl("create", "configmap", "bad-ips", "--from-file=feed=" + feed());
      String first = awaitList(decider, RANGES);
      awaitResolved();
      assertThat(sent).hasValue(1);

      cluster.apply(OperatorIT.policy("carts", "2 == 2"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(decider.body("shop/carts")).contains("2 == 2"));
      assertThat(sent).as("lists that were sent, also of what has not changed").hasValue(1);

      kubectl("patch", "configmap", "bad-ips", "-p", "{\"data\": {\"more\": \"203.0.113.7\"}}");
      String second = awaitList(decider, RANGES + 1);
      assertThat(second).isNotEqualTo(first);
      await().atMost(PATIENCE).until(() -> !decider.held.containsKey(first));
      assertThat(sent).hasValue(2);

      kubectl("patch", "configmap", "bad-ips", "-p", "{\"data\": {\"more\": \"\\n203.0.113\"}}");
      awaitMessage("ConfigMap bad-ips: key more, line 2: not an IP address: 203.0.113");
      awaitRoute(decider, body -> assertThat(body).contains("\"type\":\"Closed\""));

      kubectl("patch", "configmap", "bad-ips", "-p", "{\"data\": {\"more\": null}}");
      awaitResolved();
      assertThat(awaitList(decider, RANGES)).isEqualTo(first);

      kubectl("delete", "configmap", "bad-ips");
      awaitMessage("there is no ConfigMap shop/bad-ips");
      awaitRoute(decider, body -> assertThat(body).contains("\"type\":\"Closed\""));
    }
  }

  private Path feed() throws IOException {
    StringBuilder text = new StringBuilder("# by night\n");
    for (int i = 0; i < RANGES; i++) {
      text.append(1 + i / 65_536).append('.').append(i / 256 % 256).append('.').append(i % 256);
      text.append(".0/25\n");
    }
    return Files.writeString(directory.resolve("feed.txt"), text);
  }

  private static void kubectl(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "-n";
    all[1] = "shop";
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    cluster.api.kubectl(all).orThrow();
  }

  private static void awaitMessage(String... texts) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.message("apipol", "orders", "ResolvedRefs")).contains(texts));
    assertThat(cluster.condition("apipol", "orders", "ResolvedRefs")).startsWith("False/");
  }

  private static void awaitResolved() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(cluster.condition("apipol", "orders", "ResolvedRefs"))
                .isEqualTo("True/ResolvedRefs"));
  }

  private static void awaitRoute(AckingNode decider, ThrowingConsumer<String> check) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          String body = decider.body("shop/orders");
          assertThat(body).isNotNull();
          check.accept(body);
        });
  }

  /** Waits for a list of so many ranges that the route refers to, and returns its hash. */
  private static String awaitList(AckingNode decider, int ranges) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(list(decider).lines().count()).isEqualTo(ranges));
    return hash(decider);
  }

  private static String list(AckingNode decider) {
    String body = decider.body(hash(decider));
    return body == null ? "" : body;
  }

  private static String hash(AckingNode decider) {
    String body = decider.body("shop/orders");
    assertThat(body).as("the route").contains("\"hash\":\"");
    return String.valueOf(body).replaceFirst("(?s).*\"hash\":\"([0-9a-f]{64})\".*", "$1");
  }

  private static String policy(String name) {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: %s, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: %s}]
      ipAccess: {denyLists: [{configMapRef: {name: bad-ips}}]}
      authentication: {methods: [{name: public, anonymous: {}}]}
    """
        .formatted(name, name);
  }

  private static final String GRANT =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata: {name: portcullis-lists, namespace: shop}
      rules:
      - {apiGroups: [""], resources: [configmaps], resourceNames: [bad-ips], verbs: [get, list, watch]}
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: {name: portcullis-lists, namespace: shop}
      roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: portcullis-lists}
      subjects: [{kind: ServiceAccount, name: operator, namespace: portcullis-system}]
      """;
}
