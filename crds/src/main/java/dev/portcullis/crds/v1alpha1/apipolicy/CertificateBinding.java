// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How whoever sends a token of which its issuer is asked proves to be its holder. */
public enum CertificateBinding {
  /** Not at all: tokens that are bound to a key or certificate of their holder are refused. */
  @JsonProperty("None")
  NONE,

  /** By the certificate of its connection (RFC 8705), whose digest the issuer's answer names. */
  @JsonProperty("MutualTls")
  MUTUAL_TLS
}
