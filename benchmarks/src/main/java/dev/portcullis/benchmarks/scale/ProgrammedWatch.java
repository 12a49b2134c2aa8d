// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import dev.portcullis.benchmarks.compare.BenchmarkException;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Knows for which generation each policy was last {@code Programmed}, as the API server tells it.
 */
final class ProgrammedWatch implements Watcher<ApiPolicy>, AutoCloseable {
  private final Map<String, Long> generations = new ConcurrentHashMap<>();
  private final Watch watch;
  private volatile @Nullable String failure;

  @SuppressWarnings("this-escape") // The client calls back later, from its own thread.
  ProgrammedWatch(KubernetesClient client) {
    var policies = client.resources(ApiPolicy.class).inNamespace(Fleet.NAMESPACE);
    // From a version on: an API server on an older etcd refuses to begin a watch with "now".
    String now = policies.list().getMetadata().getResourceVersion();
    watch = policies.withResourceVersion(now).watch(this);
  }

  @Override
  public void eventReceived(Action action, ApiPolicy policy) {
    PolicyStatus status = policy.getStatus();
    if (status == null) {
      return;
    }
    for (Condition condition : status.conditions()) {
      if (condition.type().equals("Programmed") && condition.status() == Condition.Status.TRUE) {
        Long generation =
            condition.observedGeneration() == null
                ? status.observedGeneration()
                : condition.observedGeneration();
        if (Objects.equals(generation, policy.getMetadata().getGeneration())) {
          note(policy.getMetadata().getName(), generation);
        }
      }
    }
  }

  private synchronized void note(String name, Long generation) {
    generations.put(name, generation);
    notifyAll();
  }

  @Override
  public synchronized void onClose(@Nullable WatcherException cause) {
    failure = cause == null ? null : String.valueOf(cause.getMessage());
    notifyAll();
  }

  /** Number of policies that are programmed. */
  int count() {
    return generations.size();
  }

  /** Waits until that many are programmed. */
  void awaitCount(int count, Duration patience) throws InterruptedException {
    await(count + " policies", () -> generations.size() >= count, patience);
  }

  /** Waits until one is programmed for a generation, or for a later one. */
  void awaitGeneration(String name, long generation, Duration patience)
      throws InterruptedException {
    await(name, () -> generations.getOrDefault(name, 0L) >= generation, patience);
  }

  private synchronized void await(String what, BooleanSupplier condition, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (failure != null || left <= 0) {
        throw new BenchmarkException(
            "%s not Programmed after %d s; %d are%s"
                .formatted(
                    what,
                    patience.toSeconds(),
                    generations.size(),
                    failure == null ? "" : ": the watch ended: " + failure));
      }
      wait(left);
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
