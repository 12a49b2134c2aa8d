// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where each section of a route comes from, and whose gave way to it.
 *
 * @param sections that are in force or in shadow, in the order of their phases
 * @param closed why nothing passes; empty: the route decides
 */
public record EffectiveRoute(RouteId route, List<Section> sections, String closed) {

  /**
   * A section.
   *
   * @param overridden policies whose section gave way
   */
  public record Section(
      String name, PolicyRef source, boolean shadow, List<PolicyRef> overridden) {}

  public EffectiveRoute {
    sections = List.copyOf(sections);
  }

  /** Reads a route of a compilation; one that no policy claims has no sections. */
  public static EffectiveRoute of(RouteId route, CompileResult result) {
    return switch ((@Nullable RoutePlan) result.routes().get(route)) {
      case null -> new EffectiveRoute(route, List.of(), "no policy speaks for it");
      case ClosedRoute closed -> new EffectiveRoute(route, List.of(), closed.detail());
      case GuardedRoute guarded ->
          new EffectiveRoute(route, sections(guarded, overridden(route, result)), "");
    };
  }

  /** By section the policies that lost it on the route. */
  private static SortedMap<String, List<PolicyRef>> overridden(
      RouteId route, CompileResult result) {
    SortedMap<String, List<PolicyRef>> losers = new TreeMap<>();
    for (PolicyOutcome outcome : result.outcomes().values()) {
      for (PolicyOutcome.Overridden lost : outcome.overridden()) {
        if (lost.route().equals(route)) {
          lost.sections()
              .forEach(section ->
                  losers.computeIfAbsent(section, _ -> new ArrayList<>()).add(outcome.policy()));
        }
      }
    }
    return losers;
  }

  private static List<Section> sections(
      GuardedRoute plan, SortedMap<String, List<PolicyRef>> losers) {
    List<Section> out = new ArrayList<>();
    if (plan.transport() != null) {
      add(out, "transport", plan.transport().source(), plan.transport().mode(), losers);
    }
    if (plan.geo() != null) {
      add(out, "geo", plan.geo().source(), plan.geo().mode(), losers);
    }
    if (plan.cors() != null) {
      add(out, "cors", plan.cors().source(), plan.cors().mode(), losers);
    }
    if (plan.request() != null) {
      add(out, "request", plan.request().source(), plan.request().mode(), losers);
    }
    if (plan.authentication() != null) {
      add(
          out,
          "authentication",
          plan.authentication().source(),
          plan.authentication().mode(),
          losers);
    }
    if (plan.authorization() != null) {
      add(out, "authorization", plan.authorization().source(), plan.authorization().mode(), losers);
    }
    if (plan.bot() != null) {
      add(out, "bot", plan.bot().source(), plan.bot().mode(), losers);
    }
    if (plan.overload() != null) {
      add(out, OverloadSpec.NAME, plan.overload().source(), plan.overload().mode(), losers);
    }
    for (LimitSpec limit : plan.limits()) {
      out.add(
          new Section(
              "limit " + limit.name(), limit.source(), limit.mode() == Mode.SHADOW, List.of()));
    }
    for (FloodGuardSpec guard : plan.floodGuards()) {
      out.add(new Section("floodGuard", guard.source(), guard.mode() == Mode.SHADOW, List.of()));
    }
    return out;
  }

  private static void add(
      List<Section> out,
      String name,
      PolicyRef source,
      Mode mode,
      SortedMap<String, List<PolicyRef>> losers) {
    out.add(new Section(name, source, mode == Mode.SHADOW, losers.getOrDefault(name, List.of())));
  }

  /** For programs. */
  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("route", route.value());
    if (!closed.isEmpty()) {
      node.put("closed", closed);
    }
    ArrayNode all = node.putArray("sections");
    for (Section section : sections) {
      ObjectNode each = all.addObject();
      each.put("section", section.name()).put("source", section.source().toString());
      if (section.shadow()) {
        each.put("shadow", true);
      }
      if (!section.overridden().isEmpty()) {
        ArrayNode lost = each.putArray("overridden");
        section.overridden().forEach(policy -> lost.add(policy.toString()));
      }
    }
    return node;
  }
}
