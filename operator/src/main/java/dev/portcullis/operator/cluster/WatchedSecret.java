// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One Secret that a policy names, and what the API server says when asked for it. */
final class WatchedSecret implements AutoCloseable {
  private final SharedIndexInformer<Secret> informer;
  private final Runnable dirty;
  private final CompletableFuture<Void> answered = new CompletableFuture<>();
  private volatile boolean refused;

  private WatchedSecret(SharedIndexInformer<Secret> informer, Runnable dirty) {
    this.informer = informer;
    this.dirty = dirty;
  }

  /**
   * Starts to watch; what cannot be read now is tried again until it can.
   *
   * @param dirty told when what is known of it changes
   */
  static WatchedSecret start(KubernetesClient client, SecretName name, Runnable dirty) {
    WatchedSecret watched =
        new WatchedSecret(
            client
                .secrets()
                .inNamespace(name.namespace())
                .withName(name.name())
                .runnableInformer(0),
            dirty);
    watched.start();
    return watched;
  }

  private void start() {
    informer.addEventHandler(new NamespacedInformers.MarksDirty<>(dirty));
    informer.exceptionHandler((_, error) -> {
      refused(isForbidden(error));
      return true;
    });
    // A Secret that does not exist has no event that would say so.
    var _ = informer.start().thenRun(() -> refused(false));
  }

  private void refused(boolean now) {
    boolean news = refused != now;
    refused = now;
    if (answered.complete(null) || news) {
      dirty.run();
    }
  }

  private static boolean isForbidden(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof KubernetesClientException refusal
          && refusal.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return true;
      }
    }
    return false;
  }

  /** Completes when the API server answered for the first time, or could not be asked. */
  CompletableFuture<Void> answered() {
    return answered;
  }

  /** Whether it is known what the Secret holds, or that it does not exist. */
  boolean known() {
    return informer.hasSynced();
  }

  /** Whether the API server refused to tell, when it was asked last. */
  boolean forbidden() {
    return refused && !informer.isWatching();
  }

  /** The Secret; empty when it does not exist, or is not known. */
  List<Secret> content() {
    return informer.getStore().list();
  }

  @Override
  public void close() {
    informer.close();
  }
}
