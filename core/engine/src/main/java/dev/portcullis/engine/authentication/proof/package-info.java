// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Proofs that whoever sends a token is its holder.
 *
 * <pre>
 *   header DPoP ─ DpopProof ─▶ jwk, claims
 *                    │
 *                DpopVerifier ◀─ the token's cnf.jkt, TargetUri, Nonces, HolderKeys, Signatures
 *                    │
 *               ReplayWindow ─▶ once, and once more where a gateway has asked before
 *
 *   the client's certificate ─ CertificateProof ◀─ the token's cnf.x5t#S256
 * </pre>
 */
@NullMarked
package dev.portcullis.engine.authentication.proof;

import org.jspecify.annotations.NullMarked;
