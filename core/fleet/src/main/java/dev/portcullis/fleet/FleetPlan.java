// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.plan.RouteId;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What each sidecar has to do. Immutable; pods that are alike share one specification.
 *
 * @param sidecars by their pods
 * @param serving where the pods among them are that requests may reach, so that status counts them
 * @param peers ports of Services behind which every pod can prove who it is
 * @param unprotected pods that requests reach unasked
 * @param refused of routes that demand mutual TLS: callers who cannot do it, in words
 */
public record FleetPlan(
    SortedMap<PodName, SidecarSpec> sidecars,
    SortedMap<PodName, PodPlace> serving,
    List<PeerService> peers,
    List<UnprotectedPod> unprotected,
    SortedMap<RouteId, SortedSet<String>> refused) {
  /** No pods. */
  public static final FleetPlan EMPTY =
      new FleetPlan(new TreeMap<>(), new TreeMap<>(), List.of(), List.of(), new TreeMap<>());

  public FleetPlan {
    sidecars = Collections.unmodifiableSortedMap(sidecars);
    serving = Collections.unmodifiableSortedMap(serving);
    peers = List.copyOf(peers);
    refused = Collections.unmodifiableSortedMap(refused);
    unprotected = unprotected.stream().sorted().toList();
  }
}
