// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.revocation;

import java.util.Objects;

/**
 * What is taken back.
 *
 * @param namespace of the policies whose methods it concerns, or of the ApiKey; {@link
 *     #EVERYWHERE}: all of them
 * @param issuer compared with {@code iss}, character by character; empty for an ApiKey
 * @param value of the claim that {@link Kind} names, or the id of an ApiKey; at most {@value
 *     #MAX_VALUE} characters
 */
public record RevocationKey(Kind kind, String namespace, String issuer, String value) {
  /** Stands for every namespace. */
  public static final String EVERYWHERE = "";

  /** The longest value, in characters. */
  public static final int MAX_VALUE = 256;

  /** The longest issuer, in characters. */
  public static final int MAX_ISSUER = 512;

  private static final int MAX_NAMESPACE = 63;

  /** What the value is. */
  public enum Kind {
    /** {@code jti}: one token. */
    TOKEN,
    /** {@code sid}: all tokens of a session. */
    SESSION,
    /** {@code sub}: the tokens of a subject that were issued before a time. */
    SUBJECT,
    /** {@code sub}: the same, but for tokens that name a session. */
    SESSIONLESS,
    /** The id of an issued key. */
    API_KEY,
    /** {@code jti} of a logout token: it was obeyed, and is not again. Revokes nothing. */
    LOGOUT
  }

  public RevocationKey {
    Objects.requireNonNull(kind, "kind");
    if (value.isEmpty() || value.length() > MAX_VALUE) {
      throw new IllegalArgumentException(
          "what is revoked must have 1 to " + MAX_VALUE + " characters");
    }
    if (issuer.length() > MAX_ISSUER || namespace.length() > MAX_NAMESPACE) {
      throw new IllegalArgumentException("the issuer or namespace is too long");
    }
    if (kind == Kind.API_KEY ? namespace.isEmpty() : issuer.isEmpty()) {
      throw new IllegalArgumentException(
          kind == Kind.API_KEY ? "a key has a namespace" : "a token has an issuer");
    }
  }

  /** Whether an issuer may have asked for it, by a logout. */
  boolean isIssuers() {
    return switch (kind) {
      case SESSION, SUBJECT, SESSIONLESS, LOGOUT -> !namespace.isEmpty();
      case TOKEN, API_KEY -> false;
    };
  }

  /** Shows no value: subjects may be personal. */
  @Override
  public String toString() {
    return "RevocationKey[" + kind + " " + namespace + " " + issuer + "]";
  }
}
