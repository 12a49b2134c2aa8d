// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.config;

import dev.portcullis.policy.identity.SpiffeId;
import java.util.Set;

/**
 * How those who ask prove who they are.
 *
 * @param required whether they must, by mutual TLS with certificates that the operator gives
 * @param gateways who may ask about every route; all others may about those of their namespace
 */
public record TlsConfig(boolean required, Set<SpiffeId> gateways) {
  /** They need not: whoever reaches the port may ask about everything. */
  public static final TlsConfig OFF = new TlsConfig(false, Set.of());

  public TlsConfig {
    gateways = Set.copyOf(gateways);
  }
}
