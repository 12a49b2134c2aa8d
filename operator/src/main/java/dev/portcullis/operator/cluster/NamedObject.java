// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One object that a policy names, and what the API server says when asked for it. */
final class NamedObject<T extends HasMetadata> implements AutoCloseable {
  private final SharedIndexInformer<T> informer;
  private final Runnable dirty;
  private final CompletableFuture<Void> answered = new CompletableFuture<>();
  private volatile boolean refused;

  private NamedObject(SharedIndexInformer<T> informer, Runnable dirty) {
    this.informer = informer;
    this.dirty = dirty;
  }

  /**
   * Starts to watch; what cannot be read now is tried again until it can.
   *
   * @param informer of that object only, not started yet
   * @param dirty told when what is known of it changes
   */
  static <T extends HasMetadata> NamedObject<T> start(
      SharedIndexInformer<T> informer, Runnable dirty) {
    NamedObject<T> watched = new NamedObject<>(informer, dirty);
    watched.start();
    return watched;
  }

  private void start() {
    informer.addEventHandler(new NamespacedInformers.MarksDirty<>(dirty));
    informer.exceptionHandler((_, error) -> {
      refused(isForbidden(error));
      return true;
    });
    // An object that does not exist has no event that would say so.
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

  /** Whether it is known what the object holds, or that it does not exist. */
  boolean known() {
    return informer.hasSynced();
  }

  /** Whether the API server refused to tell, when it was asked last. */
  boolean forbidden() {
    return refused && !informer.isWatching();
  }

  /** The object; empty when it does not exist, or is not known. */
  List<T> content() {
    return informer.getStore().list();
  }

  @Override
  public void close() {
    informer.close();
  }
}
