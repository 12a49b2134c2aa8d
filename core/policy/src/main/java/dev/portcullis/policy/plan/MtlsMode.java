// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** Whether callers of a route must, may or cannot identify themselves by mutual TLS. */
public enum MtlsMode {
  /** Only callers with a workload identity. */
  STRICT,
  /** Plain callers, too; those who bring a certificate are authenticated by it. */
  PERMISSIVE,
  /** Envoy asks nobody for a certificate. */
  DISABLED
}
