// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How whoever sends a token proves to be its holder. */
public enum ProofOfPossession {
  /** Not at all: tokens that are bound to a key or certificate of their holder are refused. */
  @JsonProperty("None")
  NONE,

  /** By a signature over each request (RFC 9449), with the key that the token names. */
  @JsonProperty("DPoP")
  DPOP,

  /** By the certificate of its connection (RFC 8705), whose digest the token names. */
  @JsonProperty("MutualTls")
  MUTUAL_TLS
}
