// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What turns out about policies only where they meet on routes. */
final class Remarks {
  private final Map<PolicyRef, Map<Place, Finding>> warnings = new HashMap<>();
  private final Map<PolicyRef, List<PolicyOutcome.Conflict>> conflicts = new HashMap<>();
  private final Map<PolicyRef, List<PolicyOutcome.Overridden>> overridden = new HashMap<>();
  private final Map<PolicyRef, SortedMap<TargetName, SortedSet<RouteId>>> routes = new HashMap<>();

  /** One problem at one place is told once, however many routes it shows on. */
  private record Place(DiagnosticCode code, FieldPath path) {}

  void warn(Speaker speaker, DiagnosticCode code, FieldPath path, String message, String fix) {
    warnings
        .computeIfAbsent(speaker.ref(), _ -> new LinkedHashMap<>())
        .putIfAbsent(new Place(code, path), Finding.of(code, path, message, fix));
  }

  void conflict(Claim loser, Claim winner, RouteId route) {
    conflicts
        .computeIfAbsent(loser.ref(), _ -> new ArrayList<>())
        .add(new PolicyOutcome.Conflict(route, winner.ref()));
    warn(
        loser.speaker(),
        DiagnosticCode.CONFLICTED,
        loser.path(),
        winner.ref() + " already speaks for " + route,
        loser.target().kind() == TargetRef.Kind.NAMESPACE
            ? "join the two policies, or target something narrower"
            : "remove one of the two targets, or give one of them a sectionName");
  }

  void overridden(PolicyRef loser, PolicyRef by, RouteId route, List<String> sections) {
    overridden
        .computeIfAbsent(loser, _ -> new ArrayList<>())
        .add(new PolicyOutcome.Overridden(route, by, sections.stream().sorted().toList()));
  }

  /** A policy speaks for a route, since it claims one of the targets that lead there. */
  void speaks(Claim claim, RouteId route) {
    routes
        .computeIfAbsent(claim.ref(), _ -> new TreeMap<>())
        .computeIfAbsent(claim.target(), _ -> new TreeSet<>())
        .add(route);
  }

  Collection<Finding> warnings(PolicyRef policy) {
    return warnings.getOrDefault(policy, Map.of()).values();
  }

  List<PolicyOutcome.Conflict> conflicts(PolicyRef policy) {
    return conflicts.getOrDefault(policy, List.of());
  }

  List<PolicyOutcome.Overridden> overridden(PolicyRef policy) {
    return overridden.getOrDefault(policy, List.of());
  }

  SortedMap<TargetName, SortedSet<RouteId>> routes(PolicyRef policy) {
    return routes.getOrDefault(policy, new TreeMap<>());
  }
}
