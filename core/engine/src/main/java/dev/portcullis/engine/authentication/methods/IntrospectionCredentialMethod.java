// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.authentication.credential.CredentialReader;
import dev.portcullis.engine.authentication.introspection.IntrospectionMethod;
import dev.portcullis.engine.authentication.introspection.TokenAnswer;
import dev.portcullis.engine.authentication.jwt.JwtShape;
import dev.portcullis.engine.authentication.proof.HolderProof;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.SecretMaterial;
import org.jspecify.annotations.Nullable;

/**
 * A token of which its issuer is asked.
 *
 * @param declinesJwts whether another method of the route is for the JWTs that stand at the same
 *     place, so that no issuer is asked about them
 * @param proof judges whether it is sent by its holder; null: nobody asks
 */
record IntrospectionCredentialMethod(
    AuthMethodSpec.Introspection spec,
    CredentialReader reader,
    IntrospectionMethod tokens,
    SecretSource secrets,
    boolean declinesJwts,
    @Nullable HolderProof proof)
    implements CredentialMethod {

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Credential read(RequestContext request) {
    return reader.read(request);
  }

  @Override
  public Attempt verify(String token, RequestContext request, Patience patience) {
    if (declinesJwts && JwtShape.is(token)) {
      return new Attempt.Foreign("a JWT, for which there is another method");
    }
    SecretMaterial id = secrets.find(spec.clientId().hash());
    SecretMaterial secret = secrets.find(spec.clientSecret().hash());
    if (id == null || secret == null) {
      return new Attempt.Unavailable(
          "secret "
              + spec.clientId().namespace()
              + "/"
              + spec.clientId().name()
              + " has not arrived yet");
    }
    return switch (tokens.look(
        token, new Introspector.Client(id, secret), request.receivedAt(), patience)) {
      case IntrospectionMethod.Outcome.Known(var answer) ->
          attempt(answer, request, token, patience);
      case IntrospectionMethod.Outcome.Unknown(var inquiry) -> new Attempt.Asks(inquiry);
    };
  }

  private Attempt attempt(
      TokenAnswer answer, RequestContext request, String token, Patience patience) {
    return switch (answer) {
      // What its issuer said is remembered; the proof is asked for with each request.
      case TokenAnswer.Active active ->
          ProvenHolder.attempt(active.result(), proof, request, token, patience);
      case TokenAnswer.Refused(String why) -> new Attempt.Failure(why);
      case TokenAnswer.Unavailable(String cause) -> new Attempt.Unavailable(cause);
    };
  }

  @Override
  public void disown(String token) {
    // To see again that it is a JWT costs less than to remember it.
  }
}
