// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.policy.plan.SecretMaterial;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
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
import java.util.stream.Collectors;
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
  private final Map<SecretName, WatchedSecret> watched = new HashMap<>();

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
        watched.put(name, WatchedSecret.start(client, name, dirty));
      }
    }
    awaitStart();
    Map<KnownSecrets.Key, SecretMaterial> material = new HashMap<>();
    watched.values().forEach(each -> add(each, material));
    Set<KnownSecrets.Name> forbidden =
        watched.entrySet().stream()
            .filter(each -> each.getValue().forbidden())
            .map(each -> new KnownSecrets.Name(each.getKey().namespace(), each.getKey().name()))
            .collect(Collectors.toUnmodifiableSet());
    boolean complete =
        watched.size() == wanted.size()
            && watched.values().stream().allMatch(each -> each.known() || each.forbidden());
    return new KnownSecrets(material, forbidden, complete);
  }

  /** How many Secrets are watched. */
  public int size() {
    return watched.size();
  }

  private void stopUnwanted(Set<SecretName> wanted) {
    for (Iterator<Map.Entry<SecretName, WatchedSecret>> each = watched.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<SecretName, WatchedSecret> entry = each.next();
      if (!wanted.contains(entry.getKey())) {
        entry.getValue().close();
        each.remove();
      }
    }
  }

  private void awaitStart() {
    CompletableFuture<?>[] answers =
        watched.values().stream().map(WatchedSecret::answered).toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Void> all = CompletableFuture.allOf(answers);
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

  private static void add(WatchedSecret watched, Map<KnownSecrets.Key, SecretMaterial> material) {
    for (Secret secret : watched.content()) {
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
    watched.values().forEach(WatchedSecret::close);
    watched.clear();
  }
}
