// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.operator.Leadership;
import dev.portcullis.operator.cluster.AcceptedRevisions;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes statuses that differ, many at once but one at a time per resource. A write that fails is
 * made again when the status is wanted again, which the worker does every few seconds.
 */
public final class StatusWriter implements AutoCloseable {
  /** The name under which the operator owns the fields that it writes. */
  public static final String FIELD_MANAGER = "portcullis-operator";

  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final int MAX_OPEN = 16;
  private static final long INFORMERS_LAG = TimeUnit.SECONDS.toNanos(10);
  private static final PatchContext PATCH =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON_MERGE)
          .withFieldManager(FIELD_MANAGER)
          .build();

  private final KubernetesClient client;
  private final AcceptedRevisions revisions;
  private final EventWriter events;
  private final Leadership leadership;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore open = new Semaphore(MAX_OPEN);
  private final ConcurrentMap<String, Written> written = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, StatusUpdate> waiting = new ConcurrentHashMap<>();
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final Counter writes;
  private final Counter failures;

  /** A status as it was written, and when: {@link System#nanoTime}. */
  private record Written(Object status, long at) {

    boolean isFresh() {
      return System.nanoTime() - at < INFORMERS_LAG;
    }
  }

  public StatusWriter(
      KubernetesClient client,
      AcceptedRevisions revisions,
      EventWriter events,
      Leadership leadership,
      MeterRegistry metrics) {
    this.client = client;
    this.revisions = revisions;
    this.events = events;
    this.leadership = leadership;
    this.writes = metrics.counter("portcullis.status.writes");
    this.failures = metrics.counter("portcullis.status.failures");
  }

  /**
   * The status that a resource has: the one written a moment ago, since informers lag behind it.
   * After that what they say counts, so that what somebody else wrote is put right.
   */
  @SuppressWarnings("unchecked")
  <S> @Nullable S known(CustomResource<?, S> resource, @Nullable S seen) {
    Written last = written.get(resource.getMetadata().getUid());
    return last != null && last.isFresh() ? (S) last.status() : seen;
  }

  /** Another may have written since: only what informers say counts from now on. */
  public void forget() {
    waiting.clear();
    written.clear();
  }

  /** Writes what differs. Returns at once. */
  void want(List<StatusUpdate> updates) {
    written.keySet().retainAll(updates.stream().map(StatusUpdate::uid).collect(Collectors.toSet()));
    for (StatusUpdate update : updates) {
      if (!update.status().equals(update.before())) {
        waiting.put(update.uid(), update);
        if (running.add(update.uid())) {
          executor.execute(() -> drain(update.uid()));
        }
      } else {
        waiting.remove(update.uid());
      }
    }
  }

  private void drain(String uid) {
    try {
      do {
        open.acquire();
        try {
          StatusUpdate next = waiting.remove(uid);
          if (next != null) {
            write(next);
          }
        } finally {
          open.release();
          running.remove(uid);
        }
        // Whoever came while the last one was being written saw it running and left.
      } while (waiting.containsKey(uid) && running.add(uid));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(StatusUpdate update) {
    CustomResource<?, ?> resource = update.resource();
    if (!leadership.leads()) {
      return;
    }
    try {
      if (update.store() != null) {
        revisions.store(update.store());
      }
      String json = client.getKubernetesSerialization().asJson(Map.of("status", update.status()));
      client
          .resources(resource.getClass())
          .inNamespace(resource.getMetadata().getNamespace())
          .withName(resource.getMetadata().getName())
          .subresource("status")
          .patch(PATCH, json);
      written.put(update.uid(), new Written(update.status(), System.nanoTime()));
      writes.increment();
      events.transitions(update);
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
        failures.increment();
        LOG.atWarn()
            .setCause(e)
            .addKeyValue("kind", resource.getKind())
            .addKeyValue("namespace", resource.getMetadata().getNamespace())
            .addKeyValue("name", resource.getMetadata().getName())
            .log("cannot write a status; it is tried again");
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
