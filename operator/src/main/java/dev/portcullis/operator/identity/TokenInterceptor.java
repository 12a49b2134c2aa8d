// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import javax.net.ssl.SSLSession;
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

  private static final Context.Key<Boolean> MUTUAL = Context.key("portcullis-mutual");

  private final TokenAuthenticator authenticator;
  private final ClientCertificate certificates;

  public TokenInterceptor(TokenAuthenticator authenticator, ClientCertificate certificates) {
    this.authenticator = authenticator;
    this.certificates = certificates;
  }

  /** Whether the connection of the call on this thread proved the same identity as its token. */
  public static boolean mutual() {
    return Boolean.TRUE.equals(MUTUAL.get());
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
          authenticated(identity, call, headers, next);
      case TokenVerdict.Refused(String reason) ->
          refuse(call, Status.UNAUTHENTICATED.withDescription(reason));
      case TokenVerdict.Unavailable(String reason) ->
          refuse(call, Status.UNAVAILABLE.withDescription(reason));
    };
  }

  private <Q, A> ServerCall.Listener<Q> authenticated(
      Identity identity, ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    ClientCertificate.Proof proof = certificates.proof(session, identity);
    if (proof == ClientCertificate.Proof.OTHER) {
      return refuse(
          call,
          Status.UNAUTHENTICATED.withDescription(
              "the certificate is not of " + identity.username() + ", whose token this is"));
    }
    Context context =
        Context.current()
            .withValues(IDENTITY, identity, MUTUAL, proof == ClientCertificate.Proof.SAME);
    return Contexts.interceptCall(context, call, headers, next);
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
