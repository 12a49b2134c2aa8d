// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.cluster.MutualTls;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.parts.FreePorts;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Certificates of workloads with a real API server: tokens, the authority's Secret, the roots. */
class IdentityIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration OVERLAP = Duration.ofSeconds(6);

  @Test
  void provesWorkloadsAndReplacesTheRootWhileTheyAreConnected() throws Exception {
    try (Cluster cluster = new Cluster()) {
      int first = FreePorts.next();
      int second = FreePorts.next();
      try (RunningOperator _ = cluster.sharing(first, OVERLAP);
          RunningOperator _ = cluster.sharing(second, OVERLAP)) {
        enrol(cluster);
        Path ca = cluster.scratch.write("roots.pem", awaitRoots(cluster, 1));
        pod(cluster, "orders-1", "orders");
        String token = podToken(cluster, "orders", "orders-1");
        refusesWhatProvesNothing(cluster, first, ca);
        try (AckingNode one = node(first, ca, token, "portcullis-system/operator");
            AckingNode two = node(second, ca, token, "shop/orders-1")) {
          assertThat(identity(one)).isEqualTo("spiffe://cluster.local/ns/shop/sa/orders");
          assertThat(identity(two)).isEqualTo("spiffe://cluster.local/ns/shop/sa/orders");
          assertThat(roots(one)).as("both operators have one authority").isEqualTo(roots(two));
          putsTheRootsRight(cluster);
          rotates(cluster, one, two);
        }
      }
    }
  }

  private static void refusesWhatProvesNothing(Cluster cluster, int port, Path ca)
      throws Exception {
    String unbound =
        cluster
            .api
            .kubectl("-n", "shop", "create", "token", "orders", "--audience=portcullis")
            .orThrow()
            .strip();
    assertThat(failure(port, ca, unbound)).isEqualTo(Status.Code.PERMISSION_DENIED);
    String elsewhere =
        cluster.api.kubectl("-n", "shop", "create", "token", "orders").orThrow().strip();
    assertThat(failure(port, ca, elsewhere)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(failure(port, ca, "not.a.token")).isEqualTo(Status.Code.UNAUTHENTICATED);
    pod(cluster, "gone", "orders");
    String gone = podToken(cluster, "orders", "gone");
    cluster.api.kubectl("-n", "shop", "delete", "pod", "gone", "--now").orThrow();
    assertThat(failure(port, ca, gone))
        .as("the pod is deleted")
        .isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  private static Status.Code failure(int port, Path ca, String token) throws Exception {
    try (AckingNode node = node(port, ca, token, "shop/orders-1")) {
      Throwable error = node.errors.poll(30, TimeUnit.SECONDS);
      assertThat(node.held).isEmpty();
      return Status.fromThrowable(Objects.requireNonNull(error)).getCode();
    }
  }

  private static void putsTheRootsRight(Cluster cluster) {
    String right = awaitRoots(cluster, 1);
    assertThat(data(cluster, "operator-ca\\.json")).contains("/var/run/portcullis/identity/ca.crt");
    assertThat(data(cluster, "operator-token\\.json"))
        .contains("/var/run/portcullis/identity/token");
    cluster
        .api
        .kubectl(
            "-n",
            "shop",
            "patch",
            "configmap",
            "portcullis-trust",
            "--type=merge",
            "-p",
            "{\"data\":{\"ca.crt\":\"evil\"}}")
        .orThrow();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(data(cluster, "ca\\.crt")).isEqualTo(right));
    cluster.api.kubectl("-n", "shop", "delete", "configmap", "portcullis-trust").orThrow();
    awaitRoots(cluster, 1);
    assertThat(cluster.api.kubectl("-n", "default", "get", "configmaps", "-o", "name").orThrow())
        .as("is not enrolled")
        .doesNotContain("portcullis-trust");
  }

  private static void rotates(Cluster cluster, AckingNode one, AckingNode two) throws Exception {
    X509Certificate before = Pem.certificates(roots(one)).getFirst();
    cluster
        .api
        .kubectl(
            "-n",
            "portcullis-system",
            "annotate",
            "secret",
            "portcullis-ca",
            "portcullis.dev/rotate=now")
        .orThrow();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          assertThat(Pem.certificates(roots(one))).hasSize(2).contains(before);
          assertThat(roots(two)).isEqualTo(roots(one));
          assertThat(data(cluster, "ca\\.crt")).isEqualTo(roots(one));
        });
    assertThat(signer(cluster)).as("everybody is told before it signs").isEqualTo(before);
    await().atMost(PATIENCE).until(() -> !signer(cluster).equals(before));
    X509Certificate after = signer(cluster);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(Pem.certificates(roots(one))).contains(before, after));
    assertThat(one.errors).isEmpty();
    assertThat(two.errors).isEmpty();
  }

  private static X509Certificate signer(Cluster cluster) {
    String encoded =
        cluster
            .api
            .kubectl(
                "-n",
                "portcullis-system",
                "get",
                "secret",
                "portcullis-ca",
                "-o",
                "jsonpath={.data.signer\\.crt}")
            .orThrow();
    return Pem.certificates(
            new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII))
        .getFirst();
  }

  private static void enrol(Cluster cluster) {
    cluster.api.kubectl("label", "namespace", "shop", "portcullis.dev/inject=enabled").orThrow();
    cluster.api.kubectl("-n", "shop", "create", "serviceaccount", "orders").orThrow();
  }

  private static String awaitRoots(Cluster cluster, int count) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(Pem.certificates(data(cluster, "ca\\.crt"))).hasSize(count));
    return data(cluster, "ca\\.crt");
  }

  private static String data(Cluster cluster, String key) {
    return cluster.jsonPath("configmap", "portcullis-trust", "{.data." + key + "}");
  }

  private static void pod(Cluster cluster, String name, String account) {
    cluster
        .api
        .kubectlReading(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: %s, namespace: shop, labels: {portcullis.dev/inject: disabled}}
            spec:
              serviceAccountName: %s
              automountServiceAccountToken: false
              terminationGracePeriodSeconds: 0
              containers: [{name: app, image: app}]
            """
                .formatted(name, account),
            "apply",
            "-f",
            "-")
        .orThrow();
  }

  private static String podToken(Cluster cluster, String account, String pod) {
    return cluster
        .api
        .kubectl(
            "-n",
            "shop",
            "create",
            "token",
            account,
            "--audience=portcullis",
            "--bound-object-kind=Pod",
            "--bound-object-name=" + pod)
        .orThrow()
        .strip();
  }

  private static AckingNode node(int port, Path ca, String token, String id) throws Exception {
    return new AckingNode(
        port, ca, token, Node.newBuilder().setId(id).build(), List.of(ResourceType.SECRET.url()));
  }

  private static String identity(AckingNode node) throws Exception {
    return Pem.certificates(
            secret(node, MutualTls.CERTIFICATE)
                .getTlsCertificate()
                .getCertificateChain()
                .getInlineBytes()
                .toStringUtf8())
        .getFirst()
        .getSubjectAlternativeNames()
        .iterator()
        .next()
        .get(1)
        .toString();
  }

  private static String roots(AckingNode node) throws Exception {
    return secret(node, MutualTls.ROOTS)
        .getValidationContext()
        .getTrustedCa()
        .getInlineBytes()
        .toStringUtf8();
  }

  private static Secret secret(AckingNode node, String name) throws Exception {
    await().atMost(PATIENCE).until(() -> node.held.containsKey(name));
    Resource resource = Objects.requireNonNull(node.held.get(name));
    return Secret.parseFrom(resource.getResource().getValue());
  }
}
