// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Limits that all replicas count together.
 *
 * <pre>
 *   engine ──▶ StoredQuotas ──▶ QuotaScript ──▶ ValkeyStore
 *                  │  what was refused a moment ago
 *                  ├─ Leases: what the store has charged ahead
 *                  ├─ UnheardEnds: what the store is to be told again
 *                  └─ ReplicaCount: by how many a limit is divided while the store is away
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz.limit;

import org.jspecify.annotations.NullMarked;
