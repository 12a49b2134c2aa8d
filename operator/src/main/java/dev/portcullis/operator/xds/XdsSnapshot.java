// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that one node should hold. Immutable; the maps of types that did not change are shared
 * from one snapshot to the next.
 */
public final class XdsSnapshot {
  /** Holds nothing. */
  public static final XdsSnapshot EMPTY = new XdsSnapshot(new EnumMap<>(ResourceType.class));

  private final Map<ResourceType, SortedMap<String, XdsResource>> resources;

  private XdsSnapshot(Map<ResourceType, SortedMap<String, XdsResource>> resources) {
    this.resources = resources;
  }

  /** This snapshot with exactly the given resources of one type. */
  public XdsSnapshot with(ResourceType type, Collection<XdsResource> wanted) {
    SortedMap<String, XdsResource> byName = new TreeMap<>();
    for (XdsResource resource : wanted) {
      if (byName.put(resource.name(), resource) != null) {
        throw new IllegalArgumentException("two resources of one name: " + resource.name());
      }
    }
    if (byName.equals(of(type))) {
      return this;
    }
    Map<ResourceType, SortedMap<String, XdsResource>> next = new EnumMap<>(ResourceType.class);
    next.putAll(resources);
    next.put(type, Collections.unmodifiableSortedMap(byName));
    return new XdsSnapshot(next);
  }

  /** The resources of a type by name; empty when there are none. */
  public SortedMap<String, XdsResource> of(ResourceType type) {
    return resources.getOrDefault(type, Collections.emptySortedMap());
  }
}
