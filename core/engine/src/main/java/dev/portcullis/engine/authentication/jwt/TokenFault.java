// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

/**
 * What is wrong with a token. For the decision record and metrics; clients are told only that their
 * token is not valid.
 */
public enum TokenFault {
  MALFORMED("the token is not a compact JWS with JSON in it"),
  TYPE("the token is of another type than an access token"),
  ALGORITHM("the token's algorithm is not accepted here"),
  SIGNATURE("the token's signature does not hold"),
  CLAIMS("a registered claim has the wrong type"),
  ISSUER("the token is of another issuer"),
  AUDIENCE("the token is for another audience"),
  EXPIRY_MISSING("the token never expires"),
  EXPIRED("the token has expired"),
  NOT_YET_VALID("the token is not valid yet"),
  ISSUED_IN_FUTURE("the token was issued in the future"),
  BOUND("the token is bound to a key of its holder, and this method asks for no proof of it"),
  UNBOUND("the token is not bound to a key of its holder by its claim cnf.jkt alone"),
  UNBOUND_CERTIFICATE(
      "the token is not bound to a certificate of its holder by its claim cnf.x5t#S256 alone");

  private final String description;

  TokenFault(String description) {
    this.description = description;
  }

  /** For people; says nothing of the token's content. */
  public String description() {
    return description;
  }
}
