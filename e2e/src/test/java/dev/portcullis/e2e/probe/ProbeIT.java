// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.probe.ProbeAnswer;
import dev.portcullis.codec.probe.ProbeQuestion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code Enforced} says what is so, and changes when that does. */
final class ProbeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Test
  void saysThatAGateHoldsUntilItDoesNot() throws Exception {
    try (GuardedPod pod = new GuardedPod()) {
      policy(pod, 1000);
      awaitEnforced(pod, "True/ProbeHeld: 1 gate holds");
      assertThat(pod.reached).as("a probe is always refused").isEmpty();
      assertThat(pod.decisionMetrics())
          .containsPattern("portcullis_probes_answered_total [1-9]")
          .as("a probe is no decision")
          .contains("portcullis_decision_seconds_count 0");
      assertThat(pod.operatorMetrics())
          .containsPattern("portcullis_probes_total\\{result=\"held\"} [1-9]")
          .contains("portcullis_gates 1.0");

      buysNothingWithAForgedProbe(pod);
      findsWhoAnswersInsteadOfTheGate(pod);
      findsTheWayAround(pod);
      findsThePodWithoutSidecar(pod);
    }
  }

  private static void buysNothingWithAForgedProbe(GuardedPod pod) throws Exception {
    String path = ProbeQuestion.PREFIX + "0.1.2";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + GuardedPod.ADDRESS + ":" + pod.listen + path))
            .header(ProbeAnswer.HEADER, "anything")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
      assertThat(response.statusCode()).as("decided as any request").isEqualTo(200);
      assertThat(response.headers().firstValue(ProbeAnswer.HEADER)).isEmpty();
    }
    assertThat(pod.reached).as("without the header").containsExactly(path + " []");
    assertThat(pod.decisionMetrics()).contains("portcullis_decision_seconds_count 1");
  }

  /** A socket that is more specific than Envoy's gets the connections, and Envoy knows nothing. */
  private static void findsWhoAnswersInsteadOfTheGate(GuardedPod pod) throws IOException {
    try (ServerSocket other = new ServerSocket()) {
      other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      other.bind(new InetSocketAddress(GuardedPod.ADDRESS, pod.listen));
      Thread.ofVirtual().start(() -> answerAll(other));
      policy(pod, 2000);
      awaitEnforced(pod, "False/ProbeFailed: shop/orders-1:" + pod.app + " was answered by");
      assertThat(pod.condition("Programmed")).startsWith("True/");
      assertThat(events(pod)).contains("ProbeFailed");
    }
    awaitEnforced(pod, "True/ProbeHeld");
  }

  private static void answerAll(ServerSocket server) {
    byte[] answer =
        "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    while (!server.isClosed()) {
      try (Socket socket = server.accept();
          OutputStream out = socket.getOutputStream()) {
        out.write(answer);
      } catch (IOException e) {
        // The test ended it, or the probe did.
      }
    }
  }

  private static void findsTheWayAround(GuardedPod pod) throws IOException {
    pod.application(GuardedPod.ADDRESS);
    policy(pod, 3000);
    awaitEnforced(
        pod,
        "False/Bypassable: shop/orders-1:%1$d can be reached on port %1$d without it"
            .formatted(pod.app));
  }

  private static void findsThePodWithoutSidecar(GuardedPod pod) {
    pod.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: orders-2
          namespace: shop
          labels: {app: orders, portcullis.dev/inject: disabled}
        spec:
          automountServiceAccountToken: false
          terminationGracePeriodSeconds: 0
          containers: [{name: app, image: app, ports: [{name: http, containerPort: 8080}]}]
        """);
    pod.running("orders-2", "127.0.0.3");
    awaitEnforced(pod, "False/Unprotected: requests reach pods without a sidecar: shop/orders-2");
    assertThat(pod.condition("Unprotected")).startsWith("True/NoSidecar");
    assertThat(pod.operatorMetrics())
        .contains("portcullis_unprotected_pods{namespace=\"shop\",reason=\"NoSidecar\"} 1.0");
    await().atMost(PATIENCE).until(() -> events(pod).contains("NoSidecar"));
    pod.api.kubectl("-n", "shop", "delete", "pod", "orders-2", "--now").orThrow();
    await().atMost(PATIENCE).until(() -> pod.condition("Unprotected").isEmpty());
  }

  private static List<String> events(GuardedPod pod) {
    return List.of(
        pod.api
            .kubectl("-n", "shop", "get", "events", "-o", "jsonpath={.items[*].reason}")
            .orThrow()
            .split(" "));
  }

  private static void policy(GuardedPod pod, int maxBodyBytes) {
    pod.apply(
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          authentication: {methods: [{name: all, anonymous: {}}]}
          request: {maxBodyBytes: %d}
        """
            .formatted(maxBodyBytes));
  }

  private static void awaitEnforced(GuardedPod pod, String wanted) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(pod.condition("Enforced"))
                .as(pod.condition("Programmed"))
                .startsWith(wanted));
  }
}
