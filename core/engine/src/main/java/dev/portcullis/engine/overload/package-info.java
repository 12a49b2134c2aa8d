// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Who gives way while the service behind a route is overloaded.
 *
 * <pre>
 *   OverloadStep asks OverloadControl.admit: by what share of its class is admitted now
 *   Pipeline says OverloadControl.send of what is allowed in the end: some of it gets a LoadMark
 *   Envoy tells LoadReport of those requests → Votes: one voice for each client
 *   OverloadControl, at the end of each period: less, more, or as before (AIMD)
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.overload;

import org.jspecify.annotations.NullMarked;
