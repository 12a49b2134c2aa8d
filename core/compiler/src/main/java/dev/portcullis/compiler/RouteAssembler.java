// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Content;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LegacyHeaders;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the plan of one route from the claims to it. */
final class RouteAssembler {
  private final RouteId id;
  private final Remarks remarks;
  private final RouteRemarks advice;
  private final List<Claim> claims;
  private final SortedMap<String, String> labels;
  private final TransportRemarks connections;
  private final List<Claim> apis;
  private final List<Claim> limits;
  private final List<Claim> bots;

  /**
   * @param claimed whose claims are by rank; of several of one policy the first counts
   */
  RouteAssembler(
      RouteId id, Claims.Claimed claimed, KnownTrust trust, Remarks remarks, ExemptNames exempt) {
    this.id = id;
    this.remarks = remarks;
    this.advice = new RouteRemarks(id, remarks, exempt);
    this.connections = new TransportRemarks(id, trust, remarks);
    this.claims = claimed.claims();
    this.labels = claimed.labels();
    this.apis = winners(ofKind("ApiPolicy", claims));
    this.limits = ofKind("RateLimitPolicy", claims);
    this.bots = winners(ofKind("BotPolicy", claims));
  }

  RoutePlan assemble() {
    List<Claim> effective = Stream.of(apis, limits, bots).flatMap(List::stream).toList();
    List<PolicyRef> sources = effective.stream().map(Claim::ref).toList();
    claims.stream()
        .filter(claim -> sources.contains(claim.ref()))
        .forEach(claim -> remarks.speaks(claim, id));
    List<Claim> unserved =
        effective.stream().filter(claim -> claim.speaker().content() == null).toList();
    if (!unserved.isEmpty()) {
      return new ClosedRoute(
          id,
          ClosedRoute.Reason.POLICY_NOT_ACCEPTED,
          unserved.getFirst().ref() + " cannot be served and has no accepted version",
          sources);
    }
    if (apis.isEmpty()) {
      effective.forEach(advice::noApiPolicy);
      return new ClosedRoute(
          id, ClosedRoute.Reason.NO_POLICY, "no ApiPolicy targets " + id, sources);
    }
    return guarded(sources);
  }

  private GuardedRoute guarded(List<PolicyRef> sources) {
    var merge = new Merge<>(id, ranked(apis, Content.OfApi.class), remarks);
    var transport = merge.choose("transport", Content.OfApi::transport);
    var proxies = merge.choose("clientAddress", Content.OfApi::trustedProxies);
    var request = RequestMerge.merge(merge);
    var geo = merge.choose("geo", Content.OfApi::geo);
    var cors = merge.choose("cors", Content.OfApi::cors);
    var authentication = merge.choose("authentication", Content.OfApi::authentication);
    var authorization = merge.choose("authorization", Content.OfApi::authorization);
    var audit = merge.choose("audit", Content.OfApi::audit);
    merge.report();
    var botMerge = new Merge<>(id, ranked(bots, Content.OfBot.class), remarks);
    var bot = botMerge.choose("bot", Content.OfBot::bot);
    botMerge.report();
    var limitMerge = new Merge<>(id, ranked(limits, Content.OfRateLimit.class), remarks);
    var overload = limitMerge.choose(OverloadSpec.NAME, Content.OfRateLimit::overload);
    limitMerge.report();
    AuthenticationSpec methods = value(authentication);
    BotSpec score = value(bot);
    if (methods == null) {
      advice.noAuthentication(apis.getFirst().speaker());
    }
    connections.about(transport, authentication);
    if (authorization != null) {
      advice.expressions(authorization.speaker(), methods, score);
      advice.stepUps(authorization.speaker(), authorization.value(), methods);
    }
    limits.forEach(claim -> advice.expressions(claim.speaker(), methods, score));
    if (overload != null) {
      advice.priority(overload.speaker(), overload.value(), methods);
    }
    if (bot != null) {
      advice.exempt(bot.speaker(), bot.value(), methods);
    }
    return new GuardedRoute(
        id,
        merge.decisive().failureMode(),
        value(transport),
        orElse(value(proxies), List.of()),
        value(cors),
        request,
        value(geo),
        methods,
        value(authorization),
        allLimits(orElse(value(proxies), List.of())),
        floodGuards(),
        score,
        orElse(value(audit), AuditSpec.refusalsOnly()),
        sources,
        readsLabels() ? labels : null,
        legacyHeaders(),
        value(overload));
  }

  /** Else a plan says nothing of them, and stays the same when they change. */
  private boolean readsLabels() {
    return Stream.of(apis, limits, bots)
        .flatMap(List::stream)
        .map(claim -> claim.speaker().content())
        .anyMatch(content ->
            content != null
                && content.expressions().stream().anyMatch(Content.ExpressionUse::readsLabels));
  }

  /** The older of equal rank speaks; the others learn that they lost. */
  private List<Claim> winners(List<Claim> claims) {
    List<Claim> out = new ArrayList<>();
    for (Claim claim : claims) {
      Claim last = out.isEmpty() ? null : out.getLast();
      if (last != null && last.rank().equals(claim.rank())) {
        remarks.conflict(claim, last, id);
      } else {
        out.add(claim);
      }
    }
    return out;
  }

  private List<LimitSpec> allLimits(List<Cidr> proxies) {
    Stream<LimitSpec> own =
        ranked(limits, Content.OfRateLimit.class).stream()
            .flatMap(ranked -> ranked.content().limits().stream());
    // Envoy knows the peer only, which is a proxy then and not a client.
    return proxies.isEmpty()
        ? own.toList()
        : Stream.concat(own, floodGuards().stream().flatMap(guard -> behindProxies(guard)))
            .toList();
  }

  private static Stream<LimitSpec> behindProxies(FloodGuardSpec guard) {
    return guard.perAddress() == null
        ? Stream.empty()
        : Stream.of(
            new LimitSpec(
                guard.source(),
                FloodGuardSpec.PER_ADDRESS,
                guard.mode(),
                List.of(new Expression("source.address")),
                List.of(),
                null,
                null,
                guard.perAddress(),
                new TreeMap<>(),
                LimitSpec.LimitPhase.FLOOD,
                null));
  }

  /** One policy that acts suffices: a client has one answer, whosever limits it tells of. */
  private @Nullable LegacyHeaders legacyHeaders() {
    for (var ranked : ranked(limits, Content.OfRateLimit.class)) {
      if (ranked.content().mode() == Mode.ENFORCE && ranked.content().legacyHeaders() != null) {
        return ranked.content().legacyHeaders();
      }
    }
    return null;
  }

  private List<FloodGuardSpec> floodGuards() {
    return ranked(limits, Content.OfRateLimit.class).stream()
        .flatMap(ranked -> Stream.ofNullable(ranked.content().floodGuard()))
        .toList();
  }

  private static List<Claim> ofKind(String kind, List<Claim> claims) {
    Set<PolicyRef> seen = new HashSet<>();
    return claims.stream()
        .filter(claim -> claim.ref().kind().equals(kind) && seen.add(claim.ref()))
        .toList();
  }

  private static <C extends Content> List<Merge.Ranked<C>> ranked(
      List<Claim> claims, Class<C> type) {
    List<Merge.Ranked<C>> out = new ArrayList<>();
    for (Claim claim : claims) {
      Content content = claim.speaker().content();
      if (content != null) {
        out.add(new Merge.Ranked<>(claim.speaker(), type.cast(content)));
      }
    }
    return out;
  }

  private static <T> @Nullable T value(Merge.@Nullable Chosen<T> chosen) {
    return chosen == null ? null : chosen.value();
  }

  private static <T> T orElse(@Nullable T value, T other) {
    return value == null ? other : value;
  }
}
