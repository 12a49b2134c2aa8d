// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.authentication.credential.CredentialReader;
import dev.portcullis.engine.authentication.jwt.JwtMethod;
import dev.portcullis.engine.authentication.jwt.TokenFault;
import dev.portcullis.engine.authentication.jwt.TokenVerdict;
import dev.portcullis.engine.authentication.jwt.VerifiedToken;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.engine.authentication.proof.HolderProof;
import dev.portcullis.engine.request.RequestContext;
import org.jspecify.annotations.Nullable;

/**
 * A signed token at the places where its method looks for it.
 *
 * @param proof judges whether it is sent by its holder; null: nobody asks
 */
record JwtCredentialMethod(
    String name,
    CredentialReader reader,
    JwtMethod tokens,
    MethodKeys keys,
    @Nullable HolderProof proof)
    implements CredentialMethod {

  @Override
  public Credential read(RequestContext request) {
    return reader.read(request);
  }

  @Override
  public Attempt verify(String token, RequestContext request, Patience patience) {
    VerificationKeys current = keys.current();
    if (current == null) {
      return new Attempt.Unavailable(keys.absence());
    }
    return switch (tokens.verify(token, current, request.receivedAt().getEpochSecond(), patience)) {
      // What was verified before is remembered; the proof is another for each request.
      case VerifiedToken verified ->
          ProvenHolder.attempt(verified.result(), proof, request, token, patience);
      case TokenVerdict.Refused(TokenFault fault) -> refusal(fault);
      case TokenVerdict.UnknownKey(String name) -> {
        keys.unknownKey(name);
        yield new Attempt.Failure(TokenVerdict.UnknownKey.DESCRIPTION);
      }
      case TokenVerdict.Waits _ -> Attempt.Waits.WAITS;
    };
  }

  private static Attempt refusal(TokenFault fault) {
    return fault == TokenFault.ISSUER
        ? new Attempt.Foreign(fault.description())
        : new Attempt.Failure(fault.description());
  }

  @Override
  public void disown(String token) {
    tokens.disown(token);
  }
}
