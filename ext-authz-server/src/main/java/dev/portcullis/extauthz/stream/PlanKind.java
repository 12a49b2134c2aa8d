// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import dev.portcullis.codec.PlanTypes;
import java.util.Optional;

/**
 * The kinds of resources that make a plan, in the order in which they are asked for: what is
 * referred to comes before what refers to it.
 */
public enum PlanKind {
  SECRET(PlanTypes.SECRET),
  ADDRESS_LIST(PlanTypes.ADDRESS_LIST),
  API_KEY(PlanTypes.API_KEY),
  ROUTE(PlanTypes.ROUTE);

  private final String typeUrl;

  PlanKind(String typeUrl) {
    this.typeUrl = typeUrl;
  }

  /** The type URL on the wire. */
  public String typeUrl() {
    return typeUrl;
  }

  /** The kind with this type URL, if it is one of a plan's. */
  public static Optional<PlanKind> of(String typeUrl) {
    for (PlanKind kind : values()) {
      if (kind.typeUrl.equals(typeUrl)) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
