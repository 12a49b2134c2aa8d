// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.Comparator;

/**
 * A policy's claim to one target.
 *
 * @param path where the policy makes it
 */
record Claim(Speaker speaker, TargetName target, Rank rank, FieldPath path) {
  /** By rank, then the older first. */
  static final Comparator<Claim> BY_RANK =
      Comparator.comparing(Claim::rank)
          .thenComparing(Claim::speaker, Speaker.BY_AGE)
          .thenComparing(Claim::target);

  PolicyRef ref() {
    return speaker.ref();
  }
}
