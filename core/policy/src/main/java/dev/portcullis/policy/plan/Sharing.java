// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * That all replicas of the decision service count together, in the store that they share.
 *
 * @param onStoreFailure what becomes of requests while that store cannot be asked
 */
public record Sharing(OnStoreFailure onStoreFailure) {

  /** What becomes of requests that cannot be counted together. */
  public enum OnStoreFailure {
    /** Each replica counts for itself, up to the limit divided by the replicas. */
    LOCAL_SHARE,
    /** They are refused. */
    DENY,
    /** They pass, and are not counted. */
    ALLOW
  }
}
