// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.quickstart.ControlPlane;
import dev.portcullis.cli.quickstart.Gateway;
import dev.portcullis.cli.quickstart.Installation;
import dev.portcullis.cli.through.RawHttp;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.ScratchDirectory;
import dev.portcullis.policy.apikey.ApiKeyText;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A key that is deleted or revoked in the cluster is refused by Envoy within a second: an API
 * server, the operator, a decision service and an Envoy, each a process of its own.
 */
@Timeout(300)
final class WithdrawnKeyIT {
  private static final Logger LOG = LoggerFactory.getLogger(WithdrawnKeyIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The promise is a second; the rest is for a machine that is busy with other tests. */
  private static final Duration PROMISED = Duration.ofSeconds(2);

  private static final ScratchDirectory SCRATCH = ScratchDirectory.create("portcullis-key-it-");
  private static final ProcessGroup PROCESSES = new ProcessGroup(SCRATCH.path());
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);
  private static ApiServer api;
  private static KubernetesClient client;
  private static Gateway gateway;

  @BeforeAll
  static void startEverything() {
    api = ApiServer.start();
    Installation installation = new Installation(api, SCRATCH);
    installation.apply();
    apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: shop}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: orders, namespace: shop}
        spec: {ports: [{name: http, port: 80}]}
        ---
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          authentication: {methods: [{name: partners, apiKey: {from: [{header: X-API-Key}]}}]}
        """);
    client =
        new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(api.kubeconfig())).build();
    ControlPlane controlPlane = ControlPlane.start(PROCESSES, SCRATCH, installation);
    gateway = Gateway.start(PROCESSES, SCRATCH, installation, controlPlane, List.of("shop/orders"));
  }

  @AfterAll
  static void endEverything() {
    if (client != null) {
      client.close();
    }
    PROCESSES.close();
    if (api != null) {
      api.close();
    }
    SCRATCH.close();
  }

  @Test
  void aDeletedKeyIsRefused() {
    String key = keyThatIsLetIn("deleted");
    resource("deleted").delete();
    assertRefused("deleted", key);
  }

  @Test
  void aRevokedKeyIsRefused() {
    String key = keyThatIsLetIn("revoked");
    resource("revoked").patch(MERGE, "{\"spec\": {\"revoked\": true}}");
    assertRefused("revoked", key);
  }

  @Test
  void aKeyThatIsDeletedWhileMuchElseChangesIsRefused() throws Exception {
    String key = keyThatIsLetIn("amid-edits");
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger edits = new AtomicInteger();
    CompletableFuture<Void> editor = CompletableFuture.runAsync(() -> edit(edits, enough));
    try {
      await().atMost(PATIENCE).until(() -> edits.get() > 20);
      int before = edits.get();
      resource("amid-edits").delete();
      assertRefused("deleted amid edits", key);
      await().atMost(PATIENCE).until(() -> edits.get() > before);
    } finally {
      enough.set(true);
      editor.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Changes the policy's annotations until it is enough. */
  private static void edit(AtomicInteger edits, AtomicBoolean enough) {
    Resource<ApiPolicy> policy =
        client.resources(ApiPolicy.class).inNamespace("shop").withName("orders");
    while (!enough.get()) {
      policy.patch(
          MERGE,
          "{\"metadata\": {\"annotations\": {\"edit\": \"%d\"}}}"
              .formatted(edits.incrementAndGet()));
    }
  }

  private static Resource<ApiKey> resource(String name) {
    return client.resources(ApiKey.class).inNamespace("shop").withName(name);
  }

  private static String keyThatIsLetIn(String name) {
    ApiKeyText key = ApiKeyText.generate(RANDOM);
    apply(
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiKey
        metadata: {name: %s, namespace: shop}
        spec: {id: "%s", sha256: "%s", client: acme}
        """
            .formatted(name, key.id(), key.sha256()));
    await()
        .atMost(PATIENCE)
        .ignoreExceptionsInstanceOf(IOException.class)
        .untilAsserted(() -> assertThat(status(key.reveal())).isEqualTo(200));
    return key.reveal();
  }

  private static void assertRefused(String how, String key) {
    long withdrawn = System.nanoTime();
    await()
        .atMost(PROMISED)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(status(key)).isEqualTo(401));
    LOG.atInfo()
        .addKeyValue("key", how)
        .addKeyValue("millis", Duration.ofNanos(System.nanoTime() - withdrawn).toMillis())
        .log("refused");
  }

  private static int status(String key) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    byte[] request =
        "GET /orders/7 HTTP/1.1\r\nhost: orders.shop\r\nconnection: close\r\nx-api-key: %s\r\n\r\n"
            .formatted(key)
            .getBytes(StandardCharsets.US_ASCII);
    return RawHttp.exchange(
            new InetSocketAddress(loopback, gateway.port()),
            loopback,
            request,
            Duration.ofSeconds(10))
        .status();
  }

  private static void apply(String yaml) {
    api.kubectlReading(yaml, "apply", "-f", "-").orThrow();
  }
}
