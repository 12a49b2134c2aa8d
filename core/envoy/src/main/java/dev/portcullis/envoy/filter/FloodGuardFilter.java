// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Headers;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.Mode;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Refuses floods before the decision service hears of them: by Envoy's <i>local rate limit</i>,
 * whose token buckets refill evenly and hold what a rate admits at once, as the decision service
 * counts.
 *
 * <p>Each bound is a descriptor, told apart by its policy, so that those of several policies all
 * hold. Buckets by address are made when the address first comes. Envoy keeps the latest {@value
 * #ADDRESSES} of them; its default, 20, would let 25 addresses take turns without a bound.
 *
 * <p>What is in shadow mode has a filter of its own, which counts and lets pass.
 */
public record FloodGuardFilter() implements FilterStep {
  static final String NAME = "portcullis.flood-guard";
  static final String SHADOW = "portcullis.flood-guard-shadow";

  private static final int ADDRESSES = 65_536;
  private static final String POLICY = "generic_key";
  private static final String ADDRESS = "masked_remote_address";
  private static final int IPV4 = 32;
  private static final int IPV6_SITE = 64;
  private static final long MAX_UINT32 = 0xFFFF_FFFFL;

  @Override
  public List<HttpFilter> filters() {
    return List.of(filter(SHADOW), filter(NAME));
  }

  private static HttpFilter filter(String name) {
    // Without buckets it does nothing; routes bring theirs.
    return HttpFilter.newBuilder()
        .setName(name)
        .setTypedConfig(
            Extensions.any(LocalRateLimit.newBuilder().setStatPrefix(prefix(name)).build()))
        .build();
  }

  @Override
  public Map<String, Any> onRoute(RouteGuard guard) {
    Map<String, Any> configs = new LinkedHashMap<>();
    for (Mode mode : Mode.values()) {
      List<Bound> bounds = bounds(guard, mode);
      if (!bounds.isEmpty()) {
        String name = mode == Mode.SHADOW ? SHADOW : NAME;
        configs.put(name, Extensions.any(config(bounds, name)));
      }
    }
    return configs;
  }

  /** One bound of one policy. */
  private record Bound(String name, String policy, Allowance.Rate rate) {
    String key() {
      return name + " of " + policy;
    }

    boolean byAddress() {
      return name.equals(FloodGuardSpec.PER_ADDRESS);
    }
  }

  private static List<Bound> bounds(RouteGuard guard, Mode mode) {
    List<Bound> bounds = new ArrayList<>();
    for (FloodGuardSpec spec : guard.floodGuards()) {
      if (spec.mode() == mode) {
        if (spec.total() != null) {
          bounds.add(new Bound(FloodGuardSpec.TOTAL, spec.source().toString(), spec.total()));
        }
        if (spec.perAddress() != null && guard.peersAreClients()) {
          bounds.add(
              new Bound(FloodGuardSpec.PER_ADDRESS, spec.source().toString(), spec.perAddress()));
        }
      }
    }
    return bounds;
  }

  private static LocalRateLimit config(List<Bound> bounds, String filter) {
    LocalRateLimit.Builder config =
        LocalRateLimit.newBuilder()
            .setStatPrefix(prefix(filter))
            .setFilterEnabled(percent(100))
            .setFilterEnforced(percent(filter.equals(SHADOW) ? 0 : 100))
            // A route must have a bucket for all; that of the descriptors are meant.
            .setTokenBucket(
                TokenBucket.newBuilder()
                    .setMaxTokens((int) MAX_UINT32)
                    .setTokensPerFill(Scalars.count((int) MAX_UINT32))
                    .setFillInterval(Scalars.seconds(1)))
            .setAlwaysConsumeDefaultTokenBucket(Scalars.bool(false))
            .setMaxDynamicDescriptors(Scalars.count(ADDRESSES))
            .setRateLimitedAsResourceExhausted(true);
    for (Bound bound : bounds) {
      config.addRateLimits(actions(bound)).addDescriptors(descriptor(bound));
    }
    config
        .addResponseHeadersToAdd(Headers.only("retry-after", Long.toString(retrySeconds(bounds))))
        .addResponseHeadersToAdd(Headers.only("ratelimit-policy", policies(bounds)));
    if (bounds.size() == 1) {
      // Of several Envoy does not say which one is empty.
      config.addResponseHeadersToAdd(Headers.only("ratelimit", empty(bounds.getFirst())));
    }
    return config.build();
  }

  private static RateLimit actions(Bound bound) {
    RateLimit.Builder actions =
        RateLimit.newBuilder()
            .addActions(
                RateLimit.Action.newBuilder()
                    .setGenericKey(
                        RateLimit.Action.GenericKey.newBuilder().setDescriptorValue(bound.key())));
    if (bound.byAddress()) {
      actions.addActions(
          RateLimit.Action.newBuilder()
              .setMaskedRemoteAddress(
                  RateLimit.Action.MaskedRemoteAddress.newBuilder()
                      .setV4PrefixMaskLen(Scalars.count(IPV4))
                      .setV6PrefixMaskLen(Scalars.count(IPV6_SITE))));
    }
    return actions.build();
  }

  private static LocalRateLimitDescriptor descriptor(Bound bound) {
    LocalRateLimitDescriptor.Builder descriptor =
        LocalRateLimitDescriptor.newBuilder()
            .addEntries(RateLimitDescriptor.Entry.newBuilder().setKey(POLICY).setValue(bound.key()))
            .setTokenBucket(
                TokenBucket.newBuilder()
                    .setMaxTokens((int) Math.min(bound.rate().burst() + 1, MAX_UINT32))
                    .setTokensPerFill(Scalars.count((int) bound.rate().requests()))
                    .setFillInterval(Scalars.seconds(bound.rate().per().toSeconds())));
    if (bound.byAddress()) {
      // Without a value: each address has a bucket of its own.
      descriptor.addEntries(RateLimitDescriptor.Entry.newBuilder().setKey(ADDRESS));
    }
    return descriptor.build();
  }

  /** Until the slowest of the buckets has one more token. */
  private static long retrySeconds(List<Bound> bounds) {
    return bounds.stream()
        .mapToLong(bound ->
            Math.max(1, Math.ceilDiv(bound.rate().per().toSeconds(), bound.rate().requests())))
        .max()
        .orElse(1);
  }

  private static String policies(List<Bound> bounds) {
    return bounds.stream()
        .map(bound ->
            '"'
                + bound.name()
                + "\";q="
                + bound.rate().requests()
                + ";w="
                + bound.rate().per().toSeconds())
        .collect(Collectors.joining(", "));
  }

  /** As {@code RateLimit} of a bucket that has nothing left. */
  private static String empty(Bound bound) {
    Allowance.Rate rate = bound.rate();
    long full = Math.ceilDiv((rate.burst() + 1) * rate.per().toSeconds(), rate.requests());
    return '"' + bound.name() + "\";r=0;t=" + Math.max(1, full);
  }

  private static RuntimeFractionalPercent percent(int percent) {
    return RuntimeFractionalPercent.newBuilder()
        .setDefaultValue(FractionalPercent.newBuilder().setNumerator(percent))
        .build();
  }

  private static String prefix(String name) {
    return name.replace("portcullis.", "").replace('-', '_');
  }
}
