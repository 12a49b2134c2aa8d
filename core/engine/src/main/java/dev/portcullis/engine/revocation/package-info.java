// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Credentials that were taken back before their own end, in a bounded set that replicas exchange.
 *
 * <pre>
 *   people, programs ─┐
 *   logouts of issuers ├─▶ RevocationSet ──▶ Revocations (port) ◀── authentication
 *   other replicas ◀──┴──▶   (changes)
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.revocation;

import org.jspecify.annotations.NullMarked;
