// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

/**
 * Signed tokens (RFC 7519 in RFC 7515's compact form), refused unless every rule of RFC 8725 holds.
 *
 * <pre>
 *   text ─ CompactJws ─▶ header, payload, signature
 *            │              │
 *            │           TokenVerifier ◀─ VerificationKeys (package keys), Signatures
 *            ▼              │
 *        TokenCache ◀─── VerifiedToken ─── ClaimRules: iss aud exp nbf iat
 * </pre>
 *
 * <p>Nothing here does I/O or reads a clock: keys and the time come in as arguments.
 */
@NullMarked
package dev.portcullis.engine.authentication.jwt;

import org.jspecify.annotations.NullMarked;
