// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.sidecar;

import dev.portcullis.envoy.sidecar.SidecarSpec;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What each sidecar has to do. Immutable; pods that are alike share one specification.
 *
 * @param sidecars by their pods
 * @param serving the pods among them that requests may reach, so that status counts them
 * @param unguarded pods whose sidecar has a port for HTTP that no policy speaks for
 */
public record FleetPlan(
    SortedMap<PodName, SidecarSpec> sidecars, SortedSet<PodName> serving, List<PodName> unguarded) {
  /** No pods. */
  public static final FleetPlan EMPTY = new FleetPlan(new TreeMap<>(), new TreeSet<>(), List.of());

  public FleetPlan {
    sidecars = Collections.unmodifiableSortedMap(sidecars);
    serving = Collections.unmodifiableSortedSet(serving);
    unguarded = List.copyOf(unguarded);
  }
}
