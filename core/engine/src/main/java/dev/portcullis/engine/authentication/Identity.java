// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.engine.request.HeaderField;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whom a request's credentials speak for. Immutable; may be cached and shared by requests.
 *
 * @param method name of the authentication method that held
 * @param authenticated false only for an anonymous method
 * @param subject empty: none
 * @param issuer null: the method has none
 * @param claims verified claims as JSON: String, Long, Double, Boolean, List and Map; JSON nulls
 *     left out
 * @param client the application that calls; null: unknown
 * @param plan by which limits choose allowances; null: none
 * @param validUntil seconds since 1970; the first second in which the credential is no longer
 *     accepted; {@link #NO_END} when it does not say
 * @param upstreamHeaders verified claims that upstream receives
 */
public record Identity(
    String method,
    boolean authenticated,
    String subject,
    @Nullable String issuer,
    List<String> scopes,
    Map<String, Object> claims,
    @Nullable String client,
    @Nullable String plan,
    long validUntil,
    List<HeaderField> upstreamHeaders) {
  /** Of credentials that do not say when they end. */
  public static final long NO_END = Long.MAX_VALUE;

  public Identity {
    scopes = List.copyOf(scopes);
    claims = Map.copyOf(claims);
    upstreamHeaders = List.copyOf(upstreamHeaders);
  }

  /** Nobody in particular, let in by the named anonymous method. */
  public static Identity anonymous(String method) {
    return new Identity(
        method, false, "", null, List.of(), Map.of(), null, null, NO_END, List.of());
  }

  /** The same, but no longer than until then, in seconds since 1970. */
  public Identity endingBy(long end) {
    return end >= validUntil
        ? this
        : new Identity(
            method,
            authenticated,
            subject,
            issuer,
            scopes,
            claims,
            client,
            plan,
            end,
            upstreamHeaders);
  }

  /** The same without claims, which may be anybody's personal data. */
  public Identity withoutClaims() {
    return new Identity(
        method,
        authenticated,
        subject,
        issuer,
        scopes,
        Map.of(),
        client,
        plan,
        validUntil,
        List.of());
  }
}
