// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * Follows the operator's plan over delta xDS.
 *
 * <pre>
 *   PlanStreamClient ──opens──▶ OperatorConnection (TLS, token)
 *        │  back-off                   │
 *        └────────▶ PlanConversation ◀─┴─ responses, one at a time
 *                        │ PlanChange                     ACK, or NACK naming what failed
 *                        ▼
 *                   PlanReceiver
 * </pre>
 *
 * <p>Everything here runs on the one plan thread; requests are decided by others and never wait for
 * it.
 */
@NullMarked
package dev.portcullis.extauthz.stream;

import org.jspecify.annotations.NullMarked;
