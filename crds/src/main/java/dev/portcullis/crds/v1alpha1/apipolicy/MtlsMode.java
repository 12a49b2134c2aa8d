// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether callers must, may or need not identify themselves by mutual TLS. */
public enum MtlsMode {
  /** Only callers with a workload identity are let in. */
  @JsonProperty("Strict")
  STRICT,

  /** Plain callers are let in; those who bring a certificate are authenticated by it. */
  @JsonProperty("Permissive")
  PERMISSIVE,

  /** Nobody is asked for a certificate, and no connection is encrypted. */
  @JsonProperty("Disabled")
  DISABLED
}
