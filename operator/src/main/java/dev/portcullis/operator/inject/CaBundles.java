// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.portcullis.operator.Leadership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the API server which roots the webhooks' certificates chain to. The leader does, whenever
 * the configurations say something else: after a rotation, or after somebody applied them anew.
 */
public final class CaBundles implements AutoCloseable {
  /** The configuration of the webhooks that inject, for all revisions. */
  public static final String MUTATING = "portcullis-inject";

  /** The configuration of the validating webhook. */
  public static final String VALIDATING = "portcullis-validate";

  private static final Logger LOG = LoggerFactory.getLogger(CaBundles.class);
  private static final Duration PERIOD = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final Supplier<String> roots;
  private final Leadership leadership;
  private final Thread thread;
  private String trouble = "";

  /** Looks at once, and then every few seconds until closed. */
  public CaBundles(KubernetesClient client, Supplier<String> roots, Leadership leadership) {
    this.client = client;
    this.roots = roots;
    this.leadership = leadership;
    this.thread = Thread.ofVirtual().name("ca-bundles").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        if (leadership.leads()) {
          converge();
          settled("");
        }
        Thread.sleep(PERIOD);
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        settled(String.valueOf(e.getMessage()));
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PERIOD);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same trouble is told once. */
  private void settled(String now) {
    if (!now.isEmpty() && !now.equals(trouble)) {
      LOG.atError()
          .addKeyValue("reason", now)
          .log("cannot tell the API server whom to trust; webhooks fail when it does not know");
    }
    trouble = now;
  }

  private void converge() {
    String wanted =
        Base64.getEncoder().encodeToString(roots.get().getBytes(StandardCharsets.UTF_8));
    var registration = client.admissionRegistration().v1();
    converge(
        registration.mutatingWebhookConfigurations().withName(MUTATING),
        CaBundles::mutatingHooks,
        wanted);
    converge(
        registration.validatingWebhookConfigurations().withName(VALIDATING),
        CaBundles::validatingHooks,
        wanted);
  }

  private static List<WebhookClientConfig> mutatingHooks(
      MutatingWebhookConfiguration configuration) {
    return configuration.getWebhooks().stream().map(MutatingWebhook::getClientConfig).toList();
  }

  private static List<WebhookClientConfig> validatingHooks(
      ValidatingWebhookConfiguration configuration) {
    return configuration.getWebhooks().stream().map(ValidatingWebhook::getClientConfig).toList();
  }

  /** Only what differs is written; one that is not installed has nothing to be told. */
  private static <T extends HasMetadata> void converge(
      Resource<T> resource, Function<T, List<WebhookClientConfig>> hooks, String wanted) {
    T configuration = resource.get();
    if (configuration == null) {
      return;
    }
    ArrayNode patch = JsonNodeFactory.instance.arrayNode();
    List<WebhookClientConfig> configs = hooks.apply(configuration);
    for (int i = 0; i < configs.size(); i++) {
      if (!Objects.equals(configs.get(i).getCaBundle(), wanted)) {
        patch
            .addObject()
            .put("op", "add")
            .put("path", "/webhooks/" + i + "/clientConfig/caBundle")
            .put("value", wanted);
      }
    }
    if (patch.isEmpty()) {
      return;
    }
    // The indexes are those of this version; somebody else's edit in between is looked at again.
    patch
        .insertObject(0)
        .put("op", "test")
        .put("path", "/metadata/resourceVersion")
        .put("value", configuration.getMetadata().getResourceVersion());
    resource.patch(PatchContext.of(PatchType.JSON), patch.toString());
    LOG.atInfo()
        .addKeyValue("configuration", configuration.getMetadata().getName())
        .log("told the API server whom to trust");
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
