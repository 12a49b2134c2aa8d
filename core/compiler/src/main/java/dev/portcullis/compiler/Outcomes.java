// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.PolicyOutcome.Serving;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.source.Origin;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Tells each policy, and each ApiKey, what became of it; findings get their positions here. */
final class Outcomes {

  private Outcomes() {}

  static SortedMap<PolicyRef, PolicyOutcome> of(
      List<Speaker> speakers, Claims claims, Remarks remarks, KeyRing keys) {
    Map<PolicyRef, SortedMap<TargetName, SortedSet<RouteId>>> targets = targets(claims, remarks);
    SortedMap<PolicyRef, PolicyOutcome> out = new TreeMap<>();
    for (Speaker speaker : speakers) {
      out.put(
          speaker.ref(),
          policy(speaker, targets.getOrDefault(speaker.ref(), new TreeMap<>()), remarks));
    }
    keys.checked().forEach((ref, checked) -> out.put(ref, key(ref, checked)));
    return out;
  }

  private static Map<PolicyRef, SortedMap<TargetName, SortedSet<RouteId>>> targets(
      Claims claims, Remarks remarks) {
    Map<PolicyRef, SortedMap<TargetName, SortedSet<RouteId>>> out = new HashMap<>();
    claims
        .byTarget()
        .forEach((target, claimants) ->
            claimants.forEach(claim ->
                out.computeIfAbsent(claim.ref(), _ -> new TreeMap<>())
                    .put(
                        target,
                        remarks.routes(claim.ref()).getOrDefault(target, new TreeSet<>()))));
    return out;
  }

  private static PolicyOutcome policy(
      Speaker speaker, SortedMap<TargetName, SortedSet<RouteId>> targets, Remarks remarks) {
    PolicyRef ref = speaker.ref();
    Origin origin = speaker.source().origin();
    List<Diagnostic> own = located(ref, origin, speaker.current().findings());
    List<Diagnostic> warnings =
        new ArrayList<>(own.stream().filter(found -> !found.isError()).toList());
    warnings.addAll(located(ref, origin, remarks.warnings(ref)));
    return new PolicyOutcome(
        ref,
        own.stream().filter(Diagnostic::isError).toList(),
        located(ref, origin, speaker.references()),
        warnings.stream().sorted().toList(),
        speaker.serving(),
        targets,
        remarks.conflicts(ref),
        remarks.overridden(ref));
  }

  private static PolicyOutcome key(PolicyRef ref, KeyRing.Checked checked) {
    List<Diagnostic> found = located(ref, checked.source().origin(), checked.findings());
    return new PolicyOutcome(
        ref,
        found.stream().filter(Diagnostic::isError).toList(),
        List.of(),
        found.stream().filter(diagnostic -> !diagnostic.isError()).toList(),
        found.stream().anyMatch(Diagnostic::isError) ? Serving.CLOSED : Serving.CURRENT,
        new TreeMap<>(),
        List.of(),
        List.of());
  }

  private static List<Diagnostic> located(
      PolicyRef ref, Origin origin, Collection<Finding> findings) {
    Stream<Diagnostic> located =
        findings.stream()
            .map(finding ->
                new Diagnostic(
                    finding.code(),
                    finding.severity(),
                    origin.locate(ref, finding.path(), finding.offset()),
                    ref,
                    finding.message(),
                    finding.fix()));
    return located.sorted().toList();
  }
}
