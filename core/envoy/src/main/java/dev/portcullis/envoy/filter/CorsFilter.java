// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.plan.CorsSpec;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers the preflights of pages that a route's policy names, and tells browsers that such a page
 * may read an answer, also a refusal. A preflight of any other page goes on, is asked about like
 * every request, and finds no credentials in it.
 */
public record CorsFilter() implements FilterStep {
  static final String NAME = "portcullis.cors";

  /** What Portcullis itself tells callers: when to come back, and what is missing. */
  private static final List<String> OURS =
      List.of("dpop-nonce", "ratelimit", "ratelimit-policy", "retry-after", "www-authenticate");

  @Override
  public List<HttpFilter> filters() {
    return List.of(
        HttpFilter.newBuilder()
            .setName(NAME)
            .setTypedConfig(Extensions.any(Cors.getDefaultInstance()))
            .build());
  }

  @Override
  public Map<String, Any> onRoute(RouteGuard guard) {
    CorsSpec cors = guard.cors();
    return cors == null ? Map.of() : Map.of(NAME, Extensions.any(policy(cors)));
  }

  private static CorsPolicy policy(CorsSpec cors) {
    List<String> exposed = new ArrayList<>(OURS);
    cors.exposed().stream().filter(name -> !OURS.contains(name)).forEach(exposed::add);
    CorsPolicy.Builder policy =
        CorsPolicy.newBuilder()
            .setAllowMethods(String.join(", ", cors.methods()))
            .setAllowHeaders(String.join(", ", cors.headers()))
            .setExposeHeaders(String.join(", ", exposed))
            .setMaxAge(Long.toString(cors.maxAge().toSeconds()))
            .setAllowCredentials(Scalars.bool(cors.credentials()))
            // Envoy would answer it with 200 and no permission; the decision service says why not.
            .setForwardNotMatchingPreflights(Scalars.bool(true));
    cors.origins().forEach(origin -> policy.addAllowOriginStringMatch(matcher(origin)));
    return policy.build();
  }

  private static StringMatcher matcher(OriginPattern origin) {
    String regex = origin.regex();
    // Envoy takes an exact star for every origin.
    return regex.isEmpty()
        ? StringMatcher.newBuilder().setExact(origin.text()).build()
        : StringMatcher.newBuilder()
            .setSafeRegex(RegexMatcher.newBuilder().setRegex(regex))
            .build();
  }
}
