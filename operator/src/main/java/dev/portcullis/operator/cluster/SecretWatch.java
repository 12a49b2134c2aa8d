// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.policy.plan.SecretMaterial;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the Secrets that policies name, each by its own name, so that the operator needs no right
 * to list Secrets. Used by one thread.
 */
public final class SecretWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SecretWatch.class);
  private static final int MAX_WATCHED = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final Runnable dirty;
  private final Map<SecretName, Watched> watched = new HashMap<>();

  private record Watched(SharedIndexInformer<Secret> informer, CompletableFuture<Void> started) {}

  /**
   * @param dirty told when a watched Secret changes
   */
  public SecretWatch(KubernetesClient client, Runnable dirty) {
    this.client = client;
    this.dirty = dirty;
  }

  /**
   * Watches exactly these from now on, and returns what is known of them. Waits up to 2 s for those
   * that are new; what is not known by then is reported as not known and marks dirty when it is.
   */
  public KnownSecrets read(Set<SecretName> wanted) {
    stopUnwanted(wanted);
    for (SecretName name : wanted) {
      if (!watched.containsKey(name) && watched.size() < MAX_WATCHED) {
        watched.put(name, start(name));
      }
    }
    awaitStart();
    Map<KnownSecrets.Key, SecretMaterial> material = new HashMap<>();
    watched.values().forEach(each -> add(each.informer(), material));
    boolean complete =
        watched.size() == wanted.size()
            && watched.values().stream().allMatch(each -> each.informer().hasSynced());
    return new KnownSecrets(material, complete);
  }

  /** How many Secrets are watched. */
  public int size() {
    return watched.size();
  }

  private void stopUnwanted(Set<SecretName> wanted) {
    for (Iterator<Map.Entry<SecretName, Watched>> each = watched.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<SecretName, Watched> entry = each.next();
      if (!wanted.contains(entry.getKey())) {
        entry.getValue().informer().close();
        each.remove();
      }
    }
  }

  private Watched start(SecretName name) {
    SharedIndexInformer<Secret> informer =
        client.secrets().inNamespace(name.namespace()).withName(name.name()).runnableInformer(0);
    informer.exceptionHandler((_, _) -> true);
    informer.addEventHandler(new NamespacedInformers.MarksDirty<>(dirty));
    CompletableFuture<Void> started = informer.start().toCompletableFuture();
    // A Secret that does not exist has no event that would say so.
    var _ = started.thenRun(dirty);
    return new Watched(informer, started);
  }

  private void awaitStart() {
    CompletableFuture<?>[] starting =
        watched.values().stream().map(Watched::started).toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Void> all = CompletableFuture.allOf(starting);
    if (all.isDone()) {
      return;
    }
    try {
      all.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.atWarn().setCause(e).log("some Secrets that policies name cannot be read yet");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void add(
      SharedIndexInformer<Secret> informer, Map<KnownSecrets.Key, SecretMaterial> material) {
    for (Secret secret : informer.getStore().list()) {
      Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
      data.forEach((key, value) ->
          material.put(
              new KnownSecrets.Key(
                  secret.getMetadata().getNamespace(), secret.getMetadata().getName(), key),
              SecretMaterial.of(Base64.getDecoder().decode(value))));
    }
  }

  @Override
  public void close() {
    watched.values().forEach(each -> each.informer().close());
    watched.clear();
  }
}
