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
 * @param operators user names of other operators
 */
public record Roles(Set<String> decisionServices, Set<String> gateways, Set<String> operators) {

  public Roles {
    decisionServices = Set.copyOf(decisionServices);
    gateways = Set.copyOf(gateways);
    operators = Set.copyOf(operators);
    distinct(decisionServices, "a decision service", gateways, "a gateway");
    distinct(decisionServices, "a decision service", operators, "an operator");
    distinct(gateways, "a gateway", operators, "an operator");
  }

  /** No other operators. */
  public Roles(Set<String> decisionServices, Set<String> gateways) {
    this(decisionServices, gateways, Set.of());
  }

  private static void distinct(Set<String> some, String one, Set<String> others, String other) {
    for (String name : others) {
      if (some.contains(name)) {
        throw new IllegalArgumentException(name + " is named both as " + one + " and as " + other);
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
    if (operators.contains(identity.username())) {
      return Optional.of(Role.OPERATOR);
    }
    return identity.pod() != null && identity.serviceAccount().isPresent()
        ? Optional.of(Role.SIDECAR)
        : Optional.empty();
  }
}
