// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A signature algorithm (RFC 7518, RFC 8037). There is no {@code none}. */
public enum Algorithm {
  RS256,
  RS384,
  RS512,
  PS256,
  PS384,
  PS512,
  ES256,
  ES384,
  ES512,
  @JsonProperty("EdDSA")
  EDDSA,
  HS256,
  HS384,
  HS512
}
