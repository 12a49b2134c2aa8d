// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.stream.Stream;

/** Which remote key sets a route refers to. */
final class KeySetUse {

  private KeySetUse() {}

  static Stream<String> uris(RoutePlan plan) {
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
      case AuthMethodSpec.ApiKey _, AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ ->
          Stream.empty();
    };
  }
}
