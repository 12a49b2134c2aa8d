// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.route.RouteGuard;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher;
import io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.Composite;
import io.envoyproxy.envoy.extensions.filters.http.composite.v3.ExecuteFilterAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.Map;

/**
 * Ends requests whose body grows over the route's bound, with 413. The decision service refuses by
 * Content-Length already; this holds for bodies that do not say how long they are.
 *
 * <p>Envoy's <i>body size limit</i> counts while a body streams through, but takes no configuration
 * per route; the <i>buffer</i> filter takes one, but holds every body back until it is whole, which
 * a bidirectional stream never is. So a <i>composite</i> filter, which does nothing by itself, is
 * told by each route to become a body size limit of that route's bound.
 */
public record BodyLimitFilter() implements FilterStep {
  static final String NAME = "portcullis.body-limit";

  private static final String TYPE =
      "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit";
  private static final long MAX_UINT32 = 0xFFFF_FFFFL;

  @Override
  public List<HttpFilter> filters() {
    ExtensionWithMatcher nothing =
        ExtensionWithMatcher.newBuilder()
            .setExtensionConfig(Extensions.named("composite", Composite.getDefaultInstance()))
            .setXdsMatcher(Matcher.getDefaultInstance())
            .build();
    return List.of(
        HttpFilter.newBuilder().setName(NAME).setTypedConfig(Extensions.any(nothing)).build());
  }

  @Override
  public Map<String, Any> onRoute(RouteGuard guard) {
    if (guard.maxBodyBytes().isEmpty()) {
      return Map.of();
    }
    // Envoy's bound is at least 1 byte and fits 32 bits. Where no body at all may pass, the
    // decision service refuses what says its length, and the service gets at most one byte.
    long bound = Math.clamp(guard.maxBodyBytes().getAsLong(), 1, MAX_UINT32);
    ExecuteFilterAction limit =
        ExecuteFilterAction.newBuilder()
            .setTypedConfig(
                Extensions.named(
                    "body-size-limit",
                    Extensions.newer(
                        TYPE,
                        Extensions.struct("max_request_bytes", Extensions.value((double) bound)))))
            .build();
    ExtensionWithMatcherPerRoute always =
        ExtensionWithMatcherPerRoute.newBuilder()
            .setXdsMatcher(
                Matcher.newBuilder()
                    .setOnNoMatch(
                        Matcher.OnMatch.newBuilder()
                            .setAction(
                                TypedExtensionConfig.newBuilder()
                                    .setName("limit")
                                    .setTypedConfig(Extensions.any(limit)))))
            .build();
    return Map.of(NAME, Extensions.any(always));
  }
}
