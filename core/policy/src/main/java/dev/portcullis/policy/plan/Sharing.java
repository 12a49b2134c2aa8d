// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import org.jspecify.annotations.Nullable;

/**
 * That all replicas of the decision service count together, in the store that they share.
 *
 * @param accuracy as written; Exact when it was left out
 * @param onStoreFailure what becomes of requests while that store cannot be asked
 */
public record Sharing(Accuracy accuracy, OnStoreFailure onStoreFailure) {

  /** The same, with what plans may leave out. */
  public Sharing(@Nullable Accuracy accuracy, OnStoreFailure onStoreFailure) {
    this.accuracy = accuracy == null ? Accuracy.EXACT : accuracy;
    this.onStoreFailure = onStoreFailure;
  }

  /** How often the store is asked. */
  public enum Accuracy {
    /** For each request. */
    EXACT,
    /** For a few requests ahead, where there are many of one key. */
    LEASED
  }

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
