// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.policy.identity.SpiffeId;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the operator proves who it is, and how it lets others prove who they are.
 *
 * @param trustDomain that names of workloads begin with
 * @param namespace where the operator is installed
 * @param authority keeps the certificate authority
 * @param svidLife of the certificates of workloads
 */
public record IdentityConfig(
    String trustDomain, String namespace, CaSource authority, Duration svidLife) {

  /** How short a certificate's life may be: renewals must not be all that the operator does. */
  public static final Duration SHORTEST_LIFE = Duration.ofMinutes(5);

  /** Where the certificate authority is kept. */
  public sealed interface CaSource {

    /** In files of this machine, for one operator. */
    record Directory(Path directory) implements CaSource {}

    /**
     * In a Secret of the installation namespace, for all operators.
     *
     * @param given the Secret of an authority that somebody else keeps up to date; null: none
     * @param overlap how long a new root is trusted before it signs
     * @param renewAfter at what age a root of our own is replaced
     */
    record Cluster(@Nullable String given, Duration overlap, Duration renewAfter)
        implements CaSource {}
  }

  public IdentityConfig {
    SpiffeId.checkedTrustDomain(trustDomain);
  }

  /** The operator's own name. */
  public SpiffeId operator() {
    return new SpiffeId(trustDomain, namespace, "operator");
  }
}
