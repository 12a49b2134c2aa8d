// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * How much a key may have, and how much it has had.
 *
 * <pre>
 *   LimitProgram: which requests, whose key, which Meter
 *   Meter = Gcra | CalendarQuota | Concurrency: pure arithmetic over two longs
 *   QuotaStore (port) ◀── InProcessQuotaStore: the counters of this process
 *                             └─ Reservations: what waits for the end of its request
 *   SharedQuotas (port): the counters of all replicas, kept elsewhere by the meter's MeterTerms
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.limit;

import org.jspecify.annotations.NullMarked;
