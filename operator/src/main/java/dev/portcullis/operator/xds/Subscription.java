// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What one client asked for of one type, and where it stands. Confined to its stream's executor.
 *
 * <p>At most one response is on its way per type. A client refuses a response as a whole, so a
 * refused one is halved and sent again until the resource at fault stands alone and is parked: one
 * bad resource holds up no other.
 */
final class Subscription {
  static final String WILDCARD = "*";

  private final ResourceType type;
  private final Map<String, String> held;
  private final Map<String, Rejection> rejected;
  private final Set<String> names = new HashSet<>();
  private final Set<String> toldMissing = new HashSet<>();
  private final Deque<List<String>> suspects = new ArrayDeque<>();
  private boolean wildcard;
  private boolean answered;
  private @Nullable Sent sent;

  private record Sent(String nonce, Delta delta) {}

  Subscription(ResourceType type, HeldResources client) {
    this.type = type;
    this.held = client.held(type);
    this.rejected = client.rejected(type);
  }

  /** The client's first words about this type: no name at all means every resource. */
  void open(List<String> subscribe, Map<String, String> initialVersions) {
    wildcard = subscribe.isEmpty();
    subscribe(subscribe);
    initialVersions.forEach((name, version) -> {
      if (wants(name)) {
        held.put(name, version);
      }
    });
  }

  /** A name that is asked for again is sent again: the client may have dropped it. */
  void subscribe(List<String> wanted) {
    for (String name : wanted) {
      if (name.equals(WILDCARD)) {
        wildcard = true;
      } else {
        names.add(name);
        forget(name);
      }
    }
  }

  void unsubscribe(List<String> unwanted) {
    for (String name : unwanted) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
        held.keySet().removeIf(known -> !names.contains(known));
        rejected.keySet().removeIf(known -> !names.contains(known));
      } else if (names.remove(name)) {
        forget(name);
      }
    }
  }

  private void forget(String name) {
    held.remove(name);
    rejected.remove(name);
    toldMissing.remove(name);
  }

  boolean wants(String name) {
    return wildcard || names.contains(name);
  }

  int nameCount() {
    return names.size();
  }

  boolean awaitsReply() {
    return sent != null;
  }

  void sent(String nonce, Delta delta) {
    sent = new Sent(nonce, delta);
    answered = true;
  }

  /** Returns what was acknowledged; null when the nonce is not that of the response on its way. */
  @Nullable Delta acknowledge(String nonce) {
    Delta delta = take(nonce);
    if (delta == null) {
      return null;
    }
    for (XdsResource resource : delta.changed()) {
      // Unsubscribed while the response was on its way: the client does not hold it.
      if (wants(resource.name())) {
        held.put(resource.name(), resource.version());
        rejected.remove(resource.name());
      }
    }
    for (String name : delta.removed()) {
      held.remove(name);
      rejected.remove(name);
      if (names.contains(name)) {
        toldMissing.add(name);
      }
    }
    return delta;
  }

  /** Returns what was refused; null when the nonce is not that of the response on its way. */
  @Nullable Delta reject(String nonce, String message) {
    Delta delta = take(nonce);
    if (delta == null) {
      return null;
    }
    // Clients apply removals also of responses that they refuse; saying it again mends nothing.
    delta.removed().forEach(held::remove);
    delta.removed().stream().filter(names::contains).forEach(toldMissing::add);
    List<String> all = delta.changed().stream().map(XdsResource::name).toList();
    if (all.size() > 1) {
      int middle = all.size() / 2;
      suspects.push(all.subList(middle, all.size()));
      suspects.push(all.subList(0, middle));
    } else {
      delta.changed().forEach(r -> rejected.put(r.name(), new Rejection(r.version(), message)));
    }
    return delta;
  }

  private @Nullable Delta take(String nonce) {
    Sent last = sent;
    if (last == null || !last.nonce().equals(nonce)) {
      return null;
    }
    sent = null;
    return last.delta();
  }

  /**
   * What to send next, or null when there is nothing.
   *
   * @param maxBytes a response's size, unless a single resource is larger
   * @param prune whether resources that wait for their users may be removed now
   */
  @Nullable Delta next(SortedMap<String, XdsResource> wanted, int maxBytes, boolean prune) {
    rejected.keySet().removeIf(name -> !wanted.containsKey(name));
    while (!suspects.isEmpty()) {
      Delta delta = differences(suspects.pop(), wanted, maxBytes, removes(prune));
      if (!delta.isEmpty()) {
        return delta;
      }
    }
    Delta delta = differences(wildcard ? wanted.keySet() : names, wanted, maxBytes, removes(prune));
    if (delta.isEmpty() && wildcard && !answered) {
      // The client waits for its first answer, also when it already holds all there is.
      return Delta.NONE;
    }
    return delta.isEmpty() ? null : delta;
  }

  /** Whether only removals that wait for their users are left. */
  boolean awaitsPruning(SortedMap<String, XdsResource> wanted) {
    return !type.removedAtOnce() && held.keySet().stream().anyMatch(n -> !wanted.containsKey(n));
  }

  private boolean removes(boolean prune) {
    return prune || type.removedAtOnce();
  }

  private Delta differences(
      Iterable<String> candidates,
      SortedMap<String, XdsResource> wanted,
      int maxBytes,
      boolean remove) {
    List<XdsResource> changed = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    int bytes = 0;
    for (String name : candidates) {
      XdsResource resource = wanted.get(name);
      if (resource != null && differs(resource)) {
        bytes += resource.size();
        if (bytes > maxBytes && !changed.isEmpty()) {
          break;
        }
        changed.add(resource);
      } else if (resource == null && names.contains(name) && !held.containsKey(name)) {
        if (toldMissing.add(name)) {
          removed.add(name);
        }
      }
    }
    if (remove) {
      held.keySet().stream().filter(n -> !wanted.containsKey(n)).sorted().forEach(removed::add);
    }
    return new Delta(changed, removed);
  }

  private boolean differs(XdsResource resource) {
    if (!wants(resource.name())) {
      return false;
    }
    toldMissing.remove(resource.name());
    Rejection parked = rejected.get(resource.name());
    return !resource.version().equals(held.get(resource.name()))
        && (parked == null || !parked.version().equals(resource.version()));
  }
}
