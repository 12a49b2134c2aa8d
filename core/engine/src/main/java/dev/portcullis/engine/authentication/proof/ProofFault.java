// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

/**
 * What is wrong with a proof (RFC 9449 section 4.3, RFC 8705 section 3). For operators; clients are
 * told less.
 */
public enum ProofFault {
  MISSING("the request carries no header DPoP"),
  REPEATED("the request carries more than one header DPoP"),
  MALFORMED("the proof is not a compact JWS with JSON in it"),
  TYPE("the proof's typ is not dpop+jwt"),
  ALGORITHM("the proof's algorithm is no signature that its key makes"),
  KEY("the proof brings no public key that is strong enough"),
  CLAIMS("a claim of the proof is missing or has the wrong type"),
  HOLDER("the proof is made with another key than the token's holder has"),
  METHOD("the proof is for another method"),
  TARGET("the proof is for another address"),
  TOKEN("the proof is for another token"),
  TIME("the proof is too old, or made in the future"),
  SIGNATURE("the proof's signature does not hold"),
  REPLAYED("the proof was used before"),
  NO_CERTIFICATE("the client's connection showed no certificate, or no gateway ended it"),
  CERTIFICATE("the client's connection showed another certificate than the token's holder has");

  private final String description;

  ProofFault(String description) {
    this.description = description;
  }

  /** For people; says nothing of the proof's content. */
  public String description() {
    return description;
  }
}
