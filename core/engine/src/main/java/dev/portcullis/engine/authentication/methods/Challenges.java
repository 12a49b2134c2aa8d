// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.RouteId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The values of {@code WWW-Authenticate} that a route's refusals carry (RFC 9110 section 11.6.1,
 * RFC 6750 section 3), made once. They say how to present a credential and never why one failed
 * beyond {@code invalid_token}.
 *
 * @param missing when nothing was presented; empty: no method asks for anything in a request
 * @param invalid when something failed
 */
record Challenges(List<String> missing, List<String> invalid) {

  static Challenges of(RouteId route, List<AuthMethodSpec> methods) {
    return new Challenges(values(route, methods, ""), values(route, methods, INVALID_TOKEN));
  }

  private static final String INVALID_TOKEN = ", error=\"invalid_token\"";

  private static List<String> values(
      RouteId route, List<AuthMethodSpec> methods, String bearerError) {
    Set<String> values = new LinkedHashSet<>();
    for (AuthMethodSpec method : methods) {
      switch (method) {
        case AuthMethodSpec.Jwt _ -> values.add("Bearer realm=\"" + route + "\"" + bearerError);
        case AuthMethodSpec.ApiKey key -> {
          for (CredentialLocation place : key.from()) {
            values.add("ApiKey realm=\"" + route + "\"" + place(place));
          }
        }
        case AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ -> {
          // Nothing to present in a request.
        }
      }
    }
    return List.copyOf(values);
  }

  /** Names are tokens in a header, but a query parameter may be called anything. */
  private static String place(CredentialLocation place) {
    return place.name().chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"' && c != '\\')
        ? ", in=\"" + kind(place) + "\", name=\"" + place.name() + "\""
        : "";
  }

  private static String kind(CredentialLocation place) {
    return switch (place.kind()) {
      case HEADER -> "header";
      case COOKIE -> "cookie";
      case QUERY -> "query";
    };
  }
}
