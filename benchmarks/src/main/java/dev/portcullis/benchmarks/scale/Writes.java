// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import dev.portcullis.benchmarks.compare.BenchmarkException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Writes objects side by side. kubectl limits itself to some fifty requests a second, so that its
 * own pace would be measured.
 */
record Writes(KubernetesClient client) {
  private static final int THREADS = 8;

  /** Server-side applies {@code count} documents of YAML. */
  void apply(int count, IntFunction<String> yaml) throws InterruptedException {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<? extends Future<?>> writes =
          IntStream.range(0, count)
              .mapToObj(i -> threads.submit(() -> apply(yaml.apply(i))))
              .toList();
      for (Future<?> write : writes) {
        write.get();
      }
    } catch (ExecutionException e) {
      throw new BenchmarkException("the API server refuses: " + e.getCause());
    }
  }

  /** Applies one document and returns its generation. */
  long apply(String yaml) {
    try {
      HasMetadata applied = client.resource(yaml).forceConflicts().serverSideApply();
      return applied.getMetadata().getGeneration() == null
          ? 0
          : applied.getMetadata().getGeneration();
    } catch (KubernetesClientException e) {
      throw new BenchmarkException("the API server refuses: " + e.getMessage());
    }
  }
}
