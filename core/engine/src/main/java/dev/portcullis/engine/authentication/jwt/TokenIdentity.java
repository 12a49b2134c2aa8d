// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClaimHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns claims that hold into the identity that they speak for. */
public final class TokenIdentity {
  private final String method;
  private final @Nullable String issuer;
  private final List<ClaimHeader> headers;

  TokenIdentity(AuthMethodSpec.Jwt method) {
    this(method.name(), method.issuer(), method.claimsToHeaders());
  }

  /**
   * Identities of one method.
   *
   * @param issuer whom the method trusts; null: the claim {@code iss} says
   * @param headers claims that upstream receives
   */
  public TokenIdentity(String method, @Nullable String issuer, List<ClaimHeader> headers) {
    this.method = method;
    this.issuer = issuer;
    this.headers = List.copyOf(headers);
  }

  /**
   * The identity.
   *
   * @param validUntil as {@link Identity} has it
   */
  public Identity of(Map<String, Object> claims, long validUntil) {
    String subject = text(claims, "sub");
    String authorized = text(claims, "azp");
    return new Identity(
        method,
        true,
        subject == null ? "" : subject,
        issuer == null ? text(claims, "iss") : issuer,
        scopes(claims),
        claims,
        authorized == null ? text(claims, "client_id") : authorized,
        null,
        validUntil,
        upstream(claims));
  }

  private static @Nullable String text(Map<String, Object> claims, String name) {
    return claims.get(name) instanceof String value && !value.isEmpty() ? value : null;
  }

  /** {@code scope} (RFC 8693), else {@code scp}; either a text with spaces or a list. */
  private static List<String> scopes(Map<String, Object> claims) {
    var scopes = new ArrayList<String>();
    switch (claims.containsKey("scope") ? claims.get("scope") : claims.get("scp")) {
      case String joined -> {
        for (String scope : joined.split(" ", -1)) {
          addScope(scopes, scope);
        }
      }
      case List<?> many -> many.forEach(scope -> addScope(scopes, scope));
      case null, default -> {
        // Neither form: no scopes.
      }
    }
    return scopes;
  }

  private static void addScope(List<String> scopes, Object scope) {
    if (scope instanceof String name && !name.isEmpty()) {
      scopes.add(name);
    }
  }

  private List<HeaderField> upstream(Map<String, Object> claims) {
    var fields = new ArrayList<HeaderField>(headers.size());
    for (ClaimHeader header : headers) {
      String value = ClaimValue.header(claims.get(header.claim()));
      if (value != null) {
        fields.add(new HeaderField(header.header(), value));
      }
    }
    return fields;
  }
}
