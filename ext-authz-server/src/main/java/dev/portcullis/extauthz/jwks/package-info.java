// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Fetches the key sets of remote issuers, ahead of need and never on the request path.
 *
 * <pre>
 *   RemoteKeySets ─ looks which set is due ─▶ RemoteKeySet.refreshIfDue (engine: when, and what stays)
 *                                                  └─▶ HttpKeyFetch (bounds, no redirects)
 *         └─ the last good set of each ─▶ KeptKeySets (files)
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz.jwks;

import org.jspecify.annotations.NullMarked;
