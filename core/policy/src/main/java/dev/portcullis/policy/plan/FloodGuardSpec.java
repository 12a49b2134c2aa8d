// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import org.jspecify.annotations.Nullable;

/**
 * What bounds floods before anything is asked that costs. Each bound may be absent.
 *
 * @param perAddress how many requests each address may send to an Envoy; of Envoy, by the peer of
 *     the connection
 * @param total how many requests may reach an Envoy; of Envoy
 * @param failedCredentialsPerAddress how many credentials that fail each address may bring; of the
 *     decision service, by the client's address
 */
public record FloodGuardSpec(
    PolicyRef source,
    Mode mode,
    Allowance.@Nullable Rate perAddress,
    Allowance.@Nullable Rate total,
    Allowance.@Nullable Rate failedCredentialsPerAddress) {
  /** Name of the limit that clients are told of. */
  public static final String PER_ADDRESS = "floodGuard.perAddress";

  /** Name of the limit that clients are told of. */
  public static final String TOTAL = "floodGuard.total";

  /** Name of the limit that clients are told of. */
  public static final String FAILED_CREDENTIALS = "floodGuard.failedCredentialsPerAddress";
}
