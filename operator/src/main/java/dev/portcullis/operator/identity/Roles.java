// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import java.util.Optional;
import java.util.Set;

/**
 * Binds identities to roles. What a node claims about itself is never asked. Whoever has no role by
 * name is a sidecar when its token is a ServiceAccount's and bound to a pod: then it can speak for
 * that pod only.
 *
 * @param decisionServices user names of decision services
 * @param gateways user names of gateways
 */
public record Roles(Set<String> decisionServices, Set<String> gateways) {

  public Roles {
    decisionServices = Set.copyOf(decisionServices);
    gateways = Set.copyOf(gateways);
    for (String name : gateways) {
      if (decisionServices.contains(name)) {
        throw new IllegalArgumentException(
            name + " is named both as a decision service and as a gateway");
      }
    }
  }

  /** The role of an identity; empty: none, it may read nothing. */
  public Optional<Role> of(Identity identity) {
    if (decisionServices.contains(identity.username())) {
      return Optional.of(Role.DECISION_SERVICE);
    }
    if (gateways.contains(identity.username())) {
      return Optional.of(Role.GATEWAY);
    }
    return identity.pod() != null && identity.serviceAccount().isPresent()
        ? Optional.of(Role.SIDECAR)
        : Optional.empty();
  }
}
