// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.engine.record;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * What of a route's requests is never written: the places where its credentials stand, and what is
 * a secret on any route.
 *
 * @param headers names in lower case
 * @param parameters names of query parameters in lower case
 */
public record Redaction(Set<String> headers, Set<String> parameters) {
  static final String MARK = "[redacted]";

  private static final Set<String> SECRET_HEADERS =
      Set.of(
          "authorization",
          "proxy-authorization",
          "cookie",
          "set-cookie",
          "x-api-key",
          "api-key",
          "x-auth-token",
          "x-csrf-token",
          "dpop",
          "x-forwarded-client-cert");
  private static final Set<String> SECRET_PARAMETERS =
      Set.of(
          "access_token",
          "api_key",
          "apikey",
          "assertion",
          "client_secret",
          "code",
          "id_token",
          "key",
          "password",
          "refresh_token",
          "secret",
          "sig",
          "signature",
          "token");

  /** What is secret on a route of which nothing is known. */
  public static final Redaction ANY_ROUTE = new Redaction(SECRET_HEADERS, SECRET_PARAMETERS);

  public Redaction {
    headers = Set.copyOf(headers);
    parameters = Set.copyOf(parameters);
  }

  /** What is secret on a route. */
  public static Redaction of(RoutePlan plan) {
    return switch (plan) {
      case GuardedRoute guarded -> of(guarded);
      case ClosedRoute _ -> ANY_ROUTE;
    };
  }

  private static Redaction of(GuardedRoute route) {
    Set<String> headers = new HashSet<>(SECRET_HEADERS);
    Set<String> parameters = new HashSet<>(SECRET_PARAMETERS);
    route.audit().redactHeaders().forEach(name -> headers.add(name.toLowerCase(Locale.ROOT)));
    if (route.authentication() != null) {
      for (AuthMethodSpec method : route.authentication().methods()) {
        for (CredentialLocation place : method.from()) {
          switch (place.kind()) {
            case HEADER -> headers.add(place.name().toLowerCase(Locale.ROOT));
            case COOKIE -> headers.add("cookie");
            case QUERY -> parameters.add(place.name().toLowerCase(Locale.ROOT));
          }
        }
      }
    }
    return new Redaction(headers, parameters);
  }

  /** The value as it may be written: marked when its header is secret or it looks like a secret. */
  public String header(String name, String value) {
    return headers.contains(name) || looksSecret(value) ? MARK : value;
  }

  /** The path, with segments that look like a secret marked. */
  public String path(String path) {
    if (!looksSecret(path)) {
      return path;
    }
    StringBuilder text = new StringBuilder(path.length());
    for (String segment : path.split("/", -1)) {
      text.append(text.isEmpty() && segment.isEmpty() ? "" : "/");
      text.append(looksSecret(segment) ? MARK : segment);
    }
    return text.toString();
  }

  /** The query with the values of secret parameters marked; names and order stay. */
  public String query(String query) {
    StringBuilder text = new StringBuilder(query.length());
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      text.append(text.isEmpty() ? "" : "&");
      if (equals >= 0 && (isSecret(pair.substring(0, equals)) || looksSecret(pair))) {
        text.append(pair, 0, equals + 1).append(MARK);
      } else {
        text.append(looksSecret(pair) ? MARK : pair);
      }
    }
    return text.toString();
  }

  /** An escape in a name could hide it, so that such a parameter counts as secret. */
  private boolean isSecret(String name) {
    return name.indexOf('%') >= 0 || parameters.contains(name.toLowerCase(Locale.ROOT));
  }

  /** An issued key or a signed token, wherever it stands. */
  static boolean looksSecret(String value) {
    return value.contains("pck_") || value.contains("eyJ");
  }
}
