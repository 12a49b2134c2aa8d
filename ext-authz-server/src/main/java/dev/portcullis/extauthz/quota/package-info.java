// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * What people with the bearer token may do with counters of limits: look at them, forget them, and
 * give some of them back.
 *
 * <pre>
 *   QuotaEndpoint (revocation) ─▶ QuotaOrder ─▶ QuotaDesk ─┬─▶ InProcessQuotaStore (engine)
 *                                                 │        └─▶ StoredQuotas (limit)
 *                                            NamedLimits
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz.quota;

import org.jspecify.annotations.NullMarked;
