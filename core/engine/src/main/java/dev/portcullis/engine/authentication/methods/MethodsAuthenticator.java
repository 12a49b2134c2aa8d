// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.request.RequestContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tries every method in order and lets the first that holds decide.
 *
 * <p>Credentials that contradict each other are refused whatever else the request carries. When no
 * method holds, one that cannot tell outweighs one that refuses, because it might have held; and
 * only a request that carries nothing for any method may be anonymous. A workload identity that no
 * method names is nothing: workloads of the mesh bring theirs to whomever they call.
 */
final class MethodsAuthenticator implements Authenticator {
  private final List<CredentialMethod> methods;
  private final Challenges challenges;
  private final AuthenticationResult withoutCredentials;
  private final Withdrawal withdrawal;

  /**
   * Takes compiled methods.
   *
   * @param anonymous name of the anonymous method; null: there is none
   * @param withdrawal asked about every token that a method believes
   */
  MethodsAuthenticator(
      List<CredentialMethod> methods,
      Challenges challenges,
      @Nullable String anonymous,
      Withdrawal withdrawal) {
    this.methods = List.copyOf(methods);
    this.challenges = challenges;
    this.withdrawal = withdrawal;
    this.withoutCredentials =
        anonymous == null
            ? missing(challenges)
            : new AuthenticationResult.Authenticated(Identity.anonymous(anonymous));
  }

  /** A 401 must carry a challenge (RFC 9110 section 15.5.2), and mutual TLS has none. */
  private static AuthenticationResult missing(Challenges challenges) {
    return challenges.missing().isEmpty()
        ? AuthenticationResult.Unaccepted.UNACCEPTED
        : new AuthenticationResult.Missing(challenges.missing());
  }

  @Override
  public AuthenticationResult authenticate(RequestContext request, Patience patience) {
    // Everything is read before anything is verified, so that a contradiction is always seen.
    var credentials = new @Nullable String[methods.size()];
    for (int i = 0; i < credentials.length; i++) {
      switch (methods.get(i).read(request)) {
        case Credential.Absent _ -> credentials[i] = null;
        case Credential.Present(String value) -> credentials[i] = value;
        case Credential.Ambiguous(String detail) -> {
          return new AuthenticationResult.Invalid("", detail, challenges.invalid());
        }
      }
    }
    return verify(credentials, request, patience);
  }

  private AuthenticationResult verify(
      @Nullable String[] credentials, RequestContext request, Patience patience) {
    AuthenticationResult refusal = withoutCredentials;
    int foreign = 0;
    for (int i = 0; i < credentials.length; i++) {
      String credential = credentials[i];
      if (credential == null) {
        continue;
      }
      CredentialMethod method = methods.get(i);
      switch (method.verify(credential, request, patience)) {
        case Attempt.Success(AuthenticationResult.Authenticated result) -> {
          if (withdrawal.concerns(result.identity(), request.receivedAt())) {
            refusal = worse(refusal, method, Withdrawal.DETAIL);
            continue;
          }
          if (foreign > 0) {
            disownBefore(i, credentials, foreign);
          }
          return result;
        }
        case Attempt.Foreign(String detail) -> {
          foreign |= 1 << i;
          refusal = worse(refusal, method, detail);
        }
        case Attempt.Failure(String detail) -> refusal = worse(refusal, method, detail);
        case Attempt.Unproven unproven -> refusal = unproven(refusal, method, unproven);
        // All of it is asked again then: what the methods before this one said costs little, and
        // keys may have changed.
        case Attempt.Waits _ -> {
          return AuthenticationResult.Waits.WAITS;
        }
        case Attempt.Asks(Inquiry inquiry) -> {
          return new AuthenticationResult.Asks(inquiry);
        }
        case Attempt.Unavailable(String cause) -> {
          if (!(refusal instanceof AuthenticationResult.Unavailable)) {
            refusal = new AuthenticationResult.Unavailable(method.name(), cause);
          }
        }
      }
    }
    return refusal;
  }

  /** The first failure stands, unless a method could not tell. */
  private AuthenticationResult worse(
      AuthenticationResult refusal, CredentialMethod method, String detail) {
    return switch (refusal) {
      case AuthenticationResult.Invalid earlier -> earlier;
      case AuthenticationResult.Unproven earlier -> earlier;
      case AuthenticationResult.Unavailable earlier -> earlier;
      case AuthenticationResult.Missing _,
          AuthenticationResult.Unaccepted _,
          AuthenticationResult.Waits _,
          AuthenticationResult.Asks _,
          AuthenticationResult.Authenticated _ ->
          new AuthenticationResult.Invalid(method.name(), detail, challenges.invalid());
    };
  }

  /** Says more than that a token failed elsewhere: it holds, and the client can add what lacks. */
  private AuthenticationResult unproven(
      AuthenticationResult refusal, CredentialMethod method, Attempt.Unproven attempt) {
    return switch (refusal) {
      case AuthenticationResult.Unproven earlier -> earlier;
      case AuthenticationResult.Unavailable earlier -> earlier;
      case AuthenticationResult.Invalid _,
          AuthenticationResult.Missing _,
          AuthenticationResult.Unaccepted _,
          AuthenticationResult.Waits _,
          AuthenticationResult.Asks _,
          AuthenticationResult.Authenticated _ ->
          new AuthenticationResult.Unproven(
              method.name(),
              attempt.detail(),
              attempt.nonce() == null ? challenges.unproven() : challenges.withoutNonce(),
              attempt.nonce());
    };
  }

  private void disownBefore(int held, @Nullable String[] credentials, int foreign) {
    String believed = credentials[held];
    for (int i = 0; i < held; i++) {
      String credential = credentials[i];
      if (credential != null && credential.equals(believed) && (foreign & 1 << i) != 0) {
        methods.get(i).disown(credential);
      }
    }
  }
}
