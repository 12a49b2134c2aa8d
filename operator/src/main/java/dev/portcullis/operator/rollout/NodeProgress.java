// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/** Judges a node by what it acknowledged. */
final class NodeProgress {
  /** A stream that ended this briefly ago is expected back, holding what it held. */
  private static final Duration RECONNECTS_WITHIN = Duration.ofSeconds(10);

  private NodeProgress() {}

  /** How the node stands with one resource. */
  static NodeState of(
      Registration registration, ResourceType type, XdsResource resource, Instant now) {
    var held = registration.node().held();
    Optional<NodeState> refused =
        held.rejection(type, resource).map(rejection -> new NodeState.Refused(rejection.message()));
    return refused.orElseGet(() ->
        held.holds(type, resource) && present(registration, now)
            ? new NodeState.Ready()
            : new NodeState.Lagging());
  }

  /** How the node stands with everything in a snapshot; the worst of it counts. */
  static NodeState of(Registration registration, XdsSnapshot wanted, Instant now) {
    NodeState worst = new NodeState.Ready();
    for (ResourceType type : ResourceType.values()) {
      for (XdsResource resource : wanted.of(type).values()) {
        NodeState state = of(registration, type, resource, now);
        if (state instanceof NodeState.Refused) {
          return state;
        }
        worst = state instanceof NodeState.Lagging ? state : worst;
      }
    }
    return worst;
  }

  /** Whether the node said yes or no to each of the resources. */
  static boolean answered(
      Registration registration, ResourceType type, Collection<XdsResource> resources) {
    var held = registration.node().held();
    return resources.stream()
        .allMatch(r -> held.holds(type, r) || held.rejection(type, r).isPresent());
  }

  private static boolean present(Registration registration, Instant now) {
    Instant lostAt = registration.lostAt();
    return lostAt == null || lostAt.plus(RECONNECTS_WITHIN).isAfter(now);
  }
}
