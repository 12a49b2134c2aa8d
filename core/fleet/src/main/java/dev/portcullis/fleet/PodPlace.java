// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.policy.identity.SpiffeId;

/**
 * Where a pod is reached, and who it is there.
 *
 * @param address an IP address
 * @param identity that its sidecar has
 */
public record PodPlace(String address, SpiffeId identity) {}
