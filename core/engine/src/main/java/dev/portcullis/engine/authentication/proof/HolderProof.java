// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.request.RequestContext;
import java.util.Map;

/** How a method judges whether whoever sends a token is its holder. Safe for all threads. */
public sealed interface HolderProof permits DpopVerifier, CertificateProof {

  /**
   * Judges the proof of one request.
   *
   * @param token as the client sent it, without a scheme
   * @param claims of the token, which holds, and is bound in the way that the method demands
   * @param patience how long the thread may be kept
   */
  ProofVerdict verify(
      RequestContext request, String token, Map<String, Object> claims, Patience patience);
}
