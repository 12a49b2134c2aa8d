// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;
import dev.portcullis.engine.authentication.proof.HolderProof;
import dev.portcullis.engine.authentication.proof.ProofFault;
import dev.portcullis.engine.authentication.proof.ProofVerdict;
import dev.portcullis.engine.request.RequestContext;
import org.jspecify.annotations.Nullable;

/** What a token that holds is worth to whoever sent it. */
final class ProvenHolder {
  private ProvenHolder() {}

  /**
   * Asks for the proof.
   *
   * @param token as the client sent it, without a scheme
   * @param proof null: the token is enough
   */
  static Attempt attempt(
      Authenticated result,
      @Nullable HolderProof proof,
      RequestContext request,
      String token,
      Patience patience) {
    if (proof == null) {
      return new Attempt.Success(result);
    }
    return switch (proof.verify(request, token, result.identity().claims(), patience)) {
      case ProofVerdict.Holds(long until) -> new Attempt.Success(endingBy(result, until));
      case ProofVerdict.Refused(ProofFault fault) ->
          new Attempt.Unproven(fault.description(), null);
      case ProofVerdict.NonceWanted(String nonce) ->
          new Attempt.Unproven(ProofVerdict.NonceWanted.DESCRIPTION, nonce);
      case ProofVerdict.Unavailable(String cause) -> new Attempt.Unavailable(cause);
      case ProofVerdict.Waits _ -> Attempt.Waits.WAITS;
      case ProofVerdict.Asks(Inquiry inquiry) -> new Attempt.Asks(inquiry);
    };
  }

  /** The result is shared by all requests with the token: another is made only when it must be. */
  private static Authenticated endingBy(Authenticated result, long until) {
    return until >= result.identity().validUntil()
        ? result
        : new Authenticated(result.identity().endingBy(until));
  }
}
