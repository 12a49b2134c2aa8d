// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Our decision service beside a bare gRPC server, as processes of their own, under the same load.
 *
 * <pre>
 *   this JVM: LoadGenerator ──gRPC over loopback──▶ BareServer       allows everything
 *                           └───────────────────▶ ext-authz-server  decides by a plan
 * </pre>
 *
 * <p>Rounds alternate between the servers, so that whatever else the machine does falls on all of
 * them; figures are medians, and what counts are ratios.
 */
@NullMarked
package dev.portcullis.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
