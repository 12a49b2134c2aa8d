// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.operator.identity.Identity;
import java.time.Duration;

/**
 * The bounds of the xDS server.
 *
 * @param streams at once; a further one is refused
 * @param perPod streams, and nodes, of one pod; a pod that misbehaves keeps no other out
 * @param perIdentity streams, and nodes, of an identity whose token is bound to no pod
 * @param responseBytes per response, unless one resource alone is larger
 * @param names that one stream may ask for per type
 * @param pruneDelay how long a resource that others may refer to outlives them, for routes that are
 *     still draining
 */
public record XdsLimits(
    int streams, int perPod, int perIdentity, int responseBytes, int names, Duration pruneDelay) {
  /** For thousands of resources on thousands of nodes. */
  public static final XdsLimits DEFAULT =
      new XdsLimits(5_000, 8, 1_000, 1024 * 1024, 50_000, Duration.ofSeconds(1));

  /** How many streams, and how many nodes, an identity may have. */
  int of(Identity identity) {
    return identity.pod() == null ? perIdentity : perPod;
  }
}
