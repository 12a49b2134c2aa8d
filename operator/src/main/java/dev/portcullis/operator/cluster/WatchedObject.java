// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Follows objects of one kind, and never gives up: what cannot be read now is tried again. */
public record WatchedObject<T extends HasMetadata>(
    SharedIndexInformer<T> informer, AtomicReference<String> lastError) implements AutoCloseable {

  /**
   * Starts to follow; returns at once.
   *
   * @param informer that was not started yet
   * @param changed told of every change; which one does not matter, everything is read again
   */
  public static <T extends HasMetadata> WatchedObject<T> start(
      SharedIndexInformer<T> informer, Runnable changed) {
    WatchedObject<T> watched =
        new WatchedObject<>(informer, new AtomicReference<>("the API server does not answer"));
    informer.exceptionHandler((_, error) -> {
      watched.lastError.set(String.valueOf(error.getMessage()));
      return true;
    });
    informer.addEventHandler(new NamespacedInformers.MarksDirty<>(changed));
    var _ = informer.start();
    return watched;
  }

  /** Whether everything that exists is known, also that there is nothing. */
  public boolean known() {
    return informer.hasSynced();
  }

  /** Why it is not known, as long as it is not. */
  public String error() {
    return lastError.get();
  }

  /** Those that are known. */
  public List<T> all() {
    return informer.getStore().list();
  }

  /** The only object, when a name is watched; null: it does not exist, or is not known. */
  public @Nullable T only() {
    List<T> all = all();
    return all.isEmpty() ? null : all.getFirst();
  }

  @Override
  public void close() {
    informer.close();
  }
}
