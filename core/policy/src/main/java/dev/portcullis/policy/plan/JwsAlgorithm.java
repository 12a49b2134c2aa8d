// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** Signature algorithms that a policy may name (RFC 7518, RFC 8037). There is no {@code none}. */
public enum JwsAlgorithm {
  RS256,
  RS384,
  RS512,
  PS256,
  PS384,
  PS512,
  ES256,
  ES384,
  ES512,
  EdDSA,
  HS256,
  HS384,
  HS512;

  /** Whether one key both signs and verifies, so that it must be kept secret. */
  public boolean symmetric() {
    return this == HS256 || this == HS384 || this == HS512;
  }
}
