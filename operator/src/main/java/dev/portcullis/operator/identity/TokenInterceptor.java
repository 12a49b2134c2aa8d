// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Lets only calls through whose bearer token is good, and tells the handler whose it is. Blocks
 * while the token is reviewed, so the server's executor must allow that.
 */
public final class TokenInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Identity> IDENTITY = Context.key("portcullis-identity");
  private static final String BEARER = "Bearer ";

  private final TokenAuthenticator authenticator;

  public TokenInterceptor(TokenAuthenticator authenticator) {
    this.authenticator = authenticator;
  }

  /** Who makes the call that is being handled on this thread. */
  public static Identity identity() {
    Identity identity = IDENTITY.get();
    if (identity == null) {
      throw new IllegalStateException("the call did not pass the token interceptor");
    }
    return identity;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String token = bearer(headers);
    TokenVerdict verdict =
        token == null
            ? new TokenVerdict.Refused("a bearer token is required")
            : authenticator.authenticate(token);
    return switch (verdict) {
      case TokenVerdict.Authenticated(Identity identity) ->
          Contexts.interceptCall(
              Context.current().withValue(IDENTITY, identity), call, headers, next);
      case TokenVerdict.Refused(String reason) ->
          refuse(call, Status.UNAUTHENTICATED.withDescription(reason));
      case TokenVerdict.Unavailable(String reason) ->
          refuse(call, Status.UNAVAILABLE.withDescription(reason));
    };
  }

  private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
    call.close(status, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  /** The token of the only authorization header; null when there is none, or more than one. */
  private static @Nullable String bearer(Metadata headers) {
    Iterable<String> values = headers.getAll(AUTHORIZATION);
    if (values == null) {
      return null;
    }
    var each = values.iterator();
    String value = each.next();
    return !each.hasNext() && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? value.substring(BEARER.length()).strip()
        : null;
  }
}
