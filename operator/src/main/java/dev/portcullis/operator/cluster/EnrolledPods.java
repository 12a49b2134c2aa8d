// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.operator.cluster.NamespacedInformers.MarksDirty;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the pods of enrolled namespaces and of no others: a cluster has many pods, and most are
 * none of our business. Namespaces are watched all, for one is enrolled by a label. Thread-safe.
 */
final class EnrolledPods implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EnrolledPods.class);

  private final KubernetesClient client;
  private final Runnable dirty;
  private final ConcurrentMap<String, Watch> pods = new ConcurrentHashMap<>();
  private volatile @Nullable NamespacedInformers<Namespace> namespaces;

  /** The informer of one namespace, and what the namespace said when it started. */
  private record Watch(Enrolment enrolment, SharedIndexInformer<Pod> informer) {}

  /** Informers come and go one after the other, and never on the thread of another informer. */
  private final ExecutorService steps =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("enrolled-pods").daemon().factory());

  /**
   * @param dirty told when anything changes; must return at once
   */
  EnrolledPods(KubernetesClient client, Runnable dirty) {
    this.client = client;
    this.dirty = dirty;
  }

  /** Starts to watch, and returns when all pods that exist are known. */
  void follow(NamespacedInformers<Namespace> some) {
    namespaces = some;
    follow();
  }

  /** A namespace came, went or changed. Returns at once. */
  void namespacesChanged() {
    steps.execute(() -> {
      follow();
      dirty.run();
    });
  }

  /** Watches the pods of exactly the namespaces that are enrolled now. */
  private synchronized void follow() {
    NamespacedInformers<Namespace> known = namespaces;
    if (known == null) {
      return;
    }
    Map<String, Enrolment> enrolled =
        known
            .list()
            .filter(namespace -> Enrolment.of(namespace) != Enrolment.NONE)
            .collect(
                Collectors.toMap(
                    namespace -> namespace.getMetadata().getName(), Enrolment::of, (_, b) -> b));
    pods.forEach((namespace, watch) -> {
      if (watch.enrolment() != enrolled.get(namespace)) {
        pods.remove(namespace);
        watch.informer().close();
      }
    });
    enrolled.forEach((namespace, enrolment) -> {
      if (!pods.containsKey(namespace)) {
        watch(namespace, enrolment);
      }
    });
  }

  private void watch(String namespace, Enrolment enrolment) {
    var all = client.pods().inNamespace(namespace);
    SharedIndexInformer<Pod> informer =
        enrolment == Enrolment.CHOSEN_PODS
            ? all.withLabel(Enrolment.INJECT, Enrolment.ENABLED).runnableInformer(0)
            : all.runnableInformer(0);
    informer.exceptionHandler((_, _) -> true);
    informer.addEventHandler(new MarksDirty<>(dirty));
    try {
      informer.run();
      pods.put(namespace, new Watch(enrolment, informer));
    } catch (KubernetesClientException e) {
      // Sidecars there wait, and status says so; the next change of a namespace tries again.
      LOG.atError()
          .setCause(e)
          .addKeyValue("namespace", namespace)
          .log("cannot watch the pods of an enrolled namespace; check the operator's RBAC");
    }
  }

  /** Every pod of the enrolled namespaces that should be guarded. */
  List<Pod> pods() {
    return pods.values().stream()
        .flatMap(each -> each.informer().getStore().list().stream())
        .toList();
  }

  boolean watching() {
    return pods.values().stream().allMatch(each -> each.informer().isRunning());
  }

  @Override
  public void close() {
    steps.shutdownNow();
    pods.values().forEach(each -> each.informer().close());
  }
}
