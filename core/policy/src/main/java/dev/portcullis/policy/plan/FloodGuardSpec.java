// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * What bounds floods before anything is asked that costs.
 *
 * @param failedCredentialsPerAddress how many credentials that fail each address may bring
 */
public record FloodGuardSpec(
    PolicyRef source, Mode mode, Allowance.Rate failedCredentialsPerAddress) {}
