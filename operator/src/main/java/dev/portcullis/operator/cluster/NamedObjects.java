// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the objects of one kind that policies name, each by its own name, so that the operator
 * needs no right to list the kind. Used by one thread.
 */
final class NamedObjects<T extends HasMetadata> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NamedObjects.class);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Function<ObjectName, SharedIndexInformer<T>> informers;
  private final int most;
  private final Runnable dirty;
  private final Map<ObjectName, NamedObject<T>> watched = new HashMap<>();

  /**
   * What is known of the objects that were asked for.
   *
   * @param objects that exist
   * @param forbidden those that may not be read
   * @param complete whether of every other one it is known that it does not exist
   */
  record Known<T>(List<T> objects, Set<ObjectName> forbidden, boolean complete) {}

  /**
   * @param informers makes one for the object of a name only; not started
   * @param most that are watched at a time, shared by namespaces; further ones stay unknown
   * @param dirty told when a watched object changes
   */
  NamedObjects(Function<ObjectName, SharedIndexInformer<T>> informers, int most, Runnable dirty) {
    this.informers = informers;
    this.most = most;
    this.dirty = dirty;
  }

  /**
   * Watches exactly these from now on, and returns what is known of them. Waits up to 2 s for those
   * that are new; what is not known by then is reported as not known and marks dirty when it is.
   */
  Known<T> read(Set<ObjectName> wanted) {
    Set<ObjectName> chosen = FairShare.of(wanted, most);
    stopUnwanted(chosen);
    for (ObjectName name : chosen) {
      if (!watched.containsKey(name)) {
        watched.put(name, NamedObject.start(informers.apply(name), dirty));
      }
    }
    awaitStart();
    return new Known<>(
        watched.values().stream().flatMap(each -> each.content().stream()).toList(),
        watched.entrySet().stream()
            .filter(each -> each.getValue().forbidden())
            .map(Map.Entry::getKey)
            .collect(Collectors.toUnmodifiableSet()),
        watched.size() == wanted.size()
            && watched.values().stream().allMatch(each -> each.known() || each.forbidden()));
  }

  private void stopUnwanted(Set<ObjectName> wanted) {
    for (Iterator<Map.Entry<ObjectName, NamedObject<T>>> each = watched.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<ObjectName, NamedObject<T>> entry = each.next();
      if (!wanted.contains(entry.getKey())) {
        entry.getValue().close();
        each.remove();
      }
    }
  }

  private void awaitStart() {
    CompletableFuture<?>[] answers =
        watched.values().stream().map(NamedObject::answered).toArray(CompletableFuture<?>[]::new);
    CompletableFuture<Void> all = CompletableFuture.allOf(answers);
    if (all.isDone()) {
      return;
    }
    try {
      all.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.atWarn().setCause(e).log("some objects that policies name cannot be read yet");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    watched.values().forEach(NamedObject::close);
    watched.clear();
  }
}
