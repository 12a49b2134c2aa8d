// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
/**
 * The connection to the store that decision services share: a server of the protocol of Redis and
 * Valkey, alone, behind Sentinels, or a Cluster.
 *
 * <pre>
 *   revocations, proofs, keys ──▶ ValkeyStore ──▶ Session ──▶ Lettuce
 *                                     │  ▲
 *                      nothing while  └──┘ opened again, later and later
 *                      there is none
 * </pre>
 */
@NullMarked
package dev.portcullis.extauthz.valkey;

import org.jspecify.annotations.NullMarked;
