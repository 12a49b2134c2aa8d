// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.portcullis.cli.quickstart.SampleApi;
import dev.portcullis.e2e.EdgeAndPod.Exposed;
import dev.portcullis.policy.apikey.ApiKeyText;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request from outside, through a gateway and then a sidecar. */
final class EdgeGatewayIT {
  private static final String PATH = "/orders/7";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ApiKeyText key = ApiKeyText.generate(new SecureRandom());

  @Test
  void isDecidedAtTheEdgeAndInThePod() throws Exception {
    HttpServer application = SampleApi.start(0);
    Exposed orders = new Exposed("orders", application.getAddress().getPort());
    try (EdgeAndPod hops = EdgeAndPod.start(List.of(orders), policy())) {
      String known = "X-API-Key: " + key.reveal();
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(
              () -> assertThat(hops.get(orders, PATH, known + "\r\n")).startsWith("HTTP/1.1 200"));
      assertThat(hops.get(orders, PATH, "")).startsWith("HTTP/1.1 401");
      assertThat(hops.get(orders, PATH, known + "x\r\n")).startsWith("HTTP/1.1 401");
      // A rule of the policy refuses this one by its fingerprint, which no client can set.
      assertThat(
              hops.get(orders, PATH, known + "\r\nX-Portcullis-JA4: forged\r\nX-Not-At: edge\r\n"))
          .startsWith("HTTP/1.1 403");
      assertThat(hops.past(orders, PATH))
          .as("past the gateway, without an identity")
          .startsWith("HTTP/1.1 403");
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertRecorded(Files.readAllLines(hops.decisionLog())));
    } finally {
      application.stop(0);
    }
  }

  private static void assertRecorded(List<String> lines) {
    assertThat(lines)
        .as("the gateway asks as what it is, and tells the fingerprint")
        .anySatisfy(line ->
            assertThat(line)
                .contains("\"outcome\":\"allow\"", "\"ja4\":\"t13d")
                .doesNotContain("\"principal\""));
    assertThat(lines)
        .as("the sidecar sees the gateway, the client's address and no fingerprint")
        .anySatisfy(line ->
            assertThat(line)
                .contains(
                    "\"outcome\":\"allow\"",
                    "\"principal\":\"" + EdgeAndPod.GATEWAY + "\"",
                    "\"client\":\"127.0.0.1\"")
                .doesNotContain("\"ja4\""));
    assertThat(lines).noneSatisfy(line -> assertThat(line).contains("forged"));
  }

  /** A key, and a strict policy. */
  private String policy() {
    return """
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiKey
    metadata: {name: acme, namespace: shop, labels: {api: orders}}
    spec: {id: "%1$s", sha256: "%2$s", client: acme}
    ---
    apiVersion: portcullis.dev/v1alpha1
    kind: ApiPolicy
    metadata: {name: orders, namespace: shop}
    spec:
      targetRefs: [{kind: Service, name: orders}]
      transport: {mtls: Strict}
      authentication:
        methods:
        - name: partners
          apiKey: {from: [{header: X-API-Key}], selector: {matchLabels: {api: orders}}}
      authorization:
        rules:
        - name: at-the-edge
          when: >-
            source.principal == "" && tls.ja4.startsWith("t13d") && !("x-not-at" in request.headers)
        - name: in-the-pod
          when: source.principal == "%3$s" && tls.ja4 == ""
      audit: {sample: 1.0}
    """
        .formatted(key.id(), key.sha256(), EdgeAndPod.GATEWAY);
  }
}
