// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.TargetName;
import dev.portcullis.operator.rollout.NodeState;
import dev.portcullis.operator.rollout.Progress;
import dev.portcullis.operator.rollout.Progress.Report;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whether routes are really in force: every decision service holds their plans, and every proxy
 * that serves them runs all that it should. The worst that can be said is said.
 */
final class ProgrammedFinder {
  static final String TYPE = "Programmed";

  private final Progress progress;

  ProgrammedFinder(Progress progress) {
    this.progress = progress;
  }

  /**
   * @param targets the routes of each target, of which at least one has some
   */
  Finding of(Map<TargetName, ? extends Collection<RouteId>> targets) {
    SortedSet<RouteId> routes = new TreeSet<>();
    for (Collection<RouteId> each : targets.values()) {
      routes.addAll(each);
    }
    List<Report> deciders = routes.stream().flatMap(r -> progress.decidersOf(r).stream()).toList();
    List<Report> proxies = routes.stream().flatMap(r -> progress.proxiesOf(r).stream()).toList();
    for (Report report : deciders) {
      if (report.state() instanceof NodeState.Refused(String message)) {
        return Finding.no(TYPE, "PlanRejected", report.node() + " refused the plan: " + message);
      }
    }
    for (Report report : proxies) {
      if (report.state() instanceof NodeState.Refused(String message)) {
        return Finding.no(
            TYPE, "EnvoyRejected", report.node() + " refused its configuration: " + message);
      }
    }
    if (!progress.unheard().isEmpty()) {
      return Finding.no(
          TYPE,
          "Pending",
          "waits to hear from operators "
              + Named.some(progress.unheard())
              + " what their nodes run");
    }
    if (deciders.isEmpty()) {
      return Finding.no(
          TYPE,
          "NoDecisionService",
          "no decision service is connected, so every request is refused");
    }
    SortedSet<String> laggingDeciders = lagging(deciders);
    SortedSet<String> laggingProxies = lagging(proxies);
    if (!laggingDeciders.isEmpty() || !laggingProxies.isEmpty()) {
      return Finding.no(TYPE, "Pending", waitsFor(laggingDeciders, laggingProxies));
    }
    SortedSet<String> unserved = unserved(targets);
    if (!unserved.isEmpty()) {
      return Finding.unknown(
          TYPE,
          "NoProxies",
          "no proxy serves " + Named.some(unserved) + ", so nothing guards it yet");
    }
    return Finding.yes(
        TYPE, count(deciders, "decision service") + " and " + count(proxies, "proxy") + " run it");
  }

  /**
   * Targets none of whose routes has a proxy. Not every route needs one: a gateway may ask about a
   * whole Service where pods ask about its ports. So a Service counts with its ports together.
   */
  private SortedSet<String> unserved(Map<TargetName, ? extends Collection<RouteId>> targets) {
    SortedSet<String> unserved = new TreeSet<>();
    Set<String> served = new HashSet<>();
    targets.forEach((target, routes) ->
        (routes.stream().allMatch(route -> progress.proxiesOf(route).isEmpty()) ? unserved : served)
            .add(target.whole().toString()));
    unserved.removeAll(served);
    return unserved;
  }

  private static SortedSet<String> lagging(List<Report> reports) {
    return reports.stream()
        .filter(report -> report.state() instanceof NodeState.Lagging)
        .map(Report::node)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String waitsFor(SortedSet<String> deciders, SortedSet<String> proxies) {
    List<String> parts = new ArrayList<>();
    if (!deciders.isEmpty()) {
      parts.add("decision services " + Named.some(deciders));
    }
    if (!proxies.isEmpty()) {
      parts.add("proxies " + Named.some(proxies));
    }
    return "waits for " + String.join(" and ", parts);
  }

  private static String count(List<Report> reports, String what) {
    long nodes = reports.stream().map(Report::node).distinct().count();
    String plural = what.endsWith("y") ? what.substring(0, what.length() - 1) + "ies" : what + "s";
    return nodes + " " + (nodes == 1 ? what : plural);
  }
}
