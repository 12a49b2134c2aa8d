// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which remote key sets routes refer to. */
public final class KeySetUse {

  private KeySetUse() {}

  /** The addresses of all of them. */
  public static Set<String> of(Collection<RoutePlan> plans) {
    return plans.stream().flatMap(KeySetUse::uris).collect(Collectors.toUnmodifiableSet());
  }

  private static Stream<String> uris(RoutePlan plan) {
    return switch (plan) {
      case GuardedRoute route -> methods(route).stream().flatMap(KeySetUse::uris);
      case ClosedRoute _ -> Stream.empty();
    };
  }

  private static List<AuthMethodSpec> methods(GuardedRoute route) {
    AuthenticationSpec authentication = route.authentication();
    return authentication == null ? List.of() : authentication.methods();
  }

  private static Stream<String> uris(AuthMethodSpec method) {
    return switch (method) {
      case AuthMethodSpec.Jwt jwt ->
          switch (jwt.jwks()) {
            case JwksSpec.Remote(String uri) -> Stream.of(uri);
            case JwksSpec.Discovered discovered -> Stream.of(discovered.uri());
            case JwksSpec.Inline _, JwksSpec.FromSecret _ -> Stream.empty();
          };
      case AuthMethodSpec.ApiKey _,
          AuthMethodSpec.Mtls _,
          AuthMethodSpec.Introspection _,
          AuthMethodSpec.Anonymous _ ->
          Stream.empty();
    };
  }
}
