// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What one client holds, by its own acknowledgements, and what it refused. Written by its stream
 * alone, or by whoever hears of a stream that another operator has; read by anyone.
 */
public final class HeldResources {
  private final Map<ResourceType, ConcurrentMap<String, String>> held =
      new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, ConcurrentMap<String, Rejection>> rejected =
      new EnumMap<>(ResourceType.class);

  HeldResources() {
    for (ResourceType type : ResourceType.values()) {
      held.put(type, new ConcurrentHashMap<>());
      rejected.put(type, new ConcurrentHashMap<>());
    }
  }

  /** Whether the client acknowledged exactly this version of the resource. */
  public boolean holds(ResourceType type, XdsResource resource) {
    return resource.version().equals(held(type).get(resource.name()));
  }

  /** Whether the client holds any version of the resource. */
  public boolean holdsAny(ResourceType type, String name) {
    return held(type).containsKey(name);
  }

  /** Why the client refused exactly this version of the resource, if it did. */
  public Optional<Rejection> rejection(ResourceType type, XdsResource resource) {
    Rejection rejection = rejected(type).get(resource.name());
    return rejection != null && rejection.version().equals(resource.version())
        ? Optional.of(rejection)
        : Optional.empty();
  }

  /** The versions of a type that the client holds, by name; changes as the client speaks. */
  public Map<String, String> versions(ResourceType type) {
    return Collections.unmodifiableMap(held(type));
  }

  /** What the client refused of a type, by name; changes as the client speaks. */
  public Map<String, Rejection> rejections(ResourceType type) {
    return Collections.unmodifiableMap(rejected(type));
  }

  /** Takes over what another says of a client; not for one whose stream is here. */
  public void replace(
      ResourceType type, Map<String, String> versions, Map<String, Rejection> rejections) {
    held(type).keySet().retainAll(versions.keySet());
    held(type).putAll(versions);
    rejected(type).keySet().retainAll(rejections.keySet());
    rejected(type).putAll(rejections);
  }

  ConcurrentMap<String, String> held(ResourceType type) {
    return Objects.requireNonNull(held.get(type));
  }

  ConcurrentMap<String, Rejection> rejected(ResourceType type) {
    return Objects.requireNonNull(rejected.get(type));
  }
}
