// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Watches one kind in the operator's scope, and says when something about it changes. */
final class NamespacedInformers<T extends HasMetadata> implements AutoCloseable {
  private static final String BY_OWNER = "by-owner";

  private final List<SharedIndexInformer<T>> informers = new ArrayList<>();

  private NamespacedInformers() {}

  /**
   * Starts to watch, and returns when all that exists is known.
   *
   * @param label that resources must carry, as {@code name=value}; null: any
   * @param handler told of every event
   */
  static <T extends HasMetadata, L extends KubernetesResourceList<T>> NamespacedInformers<T> start(
      MixedOperation<T, L, ? extends Resource<T>> operation,
      Scope scope,
      @Nullable String label,
      ResourceEventHandler<T> handler) {
    NamespacedInformers<T> all = new NamespacedInformers<>();
    if (scope.everywhere()) {
      all.add(labelled(operation.inAnyNamespace(), label), handler);
    } else {
      for (String namespace : scope.namespaces()) {
        all.add(labelled(operation.inNamespace(namespace), label), handler);
      }
    }
    return all;
  }

  /** The same of the namespaces in the operator's scope themselves. */
  static <T extends HasMetadata, L extends KubernetesResourceList<T>>
      NamespacedInformers<T> ofNamespaces(
          NonNamespaceOperation<T, L, ? extends Resource<T>> operation,
          Scope scope,
          ResourceEventHandler<T> handler) {
    NamespacedInformers<T> all = new NamespacedInformers<>();
    if (scope.everywhere()) {
      all.add(operation, handler);
    } else {
      for (String namespace : scope.namespaces()) {
        all.add(operation.withField("metadata.name", namespace), handler);
      }
    }
    return all;
  }

  private static <T extends HasMetadata, L extends KubernetesResourceList<T>, R extends Resource<T>>
      FilterWatchListDeletable<T, L, R> labelled(
          FilterWatchListDeletable<T, L, R> operation, @Nullable String label) {
    if (label == null) {
      return operation;
    }
    int equals = label.indexOf('=');
    return operation.withLabel(label.substring(0, equals), label.substring(equals + 1));
  }

  private <L extends KubernetesResourceList<T>, R extends Resource<T>> void add(
      FilterWatchListDeletable<T, L, R> operation, ResourceEventHandler<T> handler) {
    SharedIndexInformer<T> informer = operation.runnableInformer(0);
    // Whatever goes wrong later, the informer tries again; it never gives up.
    informer.exceptionHandler((started, error) -> started);
    informer.addIndexers(Map.of(BY_OWNER, NamespacedInformers::owners));
    informer.addEventHandler(handler);
    informers.add(informer);
    informer.run();
  }

  Stream<T> list() {
    return informers.stream().flatMap(informer -> informer.getStore().list().stream());
  }

  /** Those that a resource owns. */
  Stream<T> ownedBy(String uid) {
    return informers.stream()
        .flatMap(informer -> informer.getIndexer().byIndex(BY_OWNER, uid).stream());
  }

  private static List<String> owners(HasMetadata resource) {
    return resource.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .toList();
  }

  boolean watching() {
    return informers.stream().allMatch(SharedIndexInformer::isRunning);
  }

  @Override
  public void close() {
    informers.forEach(SharedIndexInformer::close);
  }

  /** Which event it was does not matter: everything is read again. */
  record MarksDirty<T>(Runnable dirty) implements ResourceEventHandler<T> {

    @Override
    public void onAdd(T added) {
      dirty.run();
    }

    @Override
    public void onUpdate(T before, T after) {
      dirty.run();
    }

    @Override
    public void onDelete(T deleted, boolean finalStateUnknown) {
      dirty.run();
    }
  }
}
