// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** How callers connect. */
public record TransportSpec(PolicyRef source, Mode mode, MtlsMode mtls) {}
