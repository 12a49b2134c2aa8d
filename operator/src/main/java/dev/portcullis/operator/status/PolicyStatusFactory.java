// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.codec.PlanVersion;
import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.compiler.TargetName;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.operator.probe.Enforcement;
import dev.portcullis.operator.rollout.NodeState;
import dev.portcullis.operator.rollout.Progress;
import dev.portcullis.operator.rollout.Progress.Report;
import dev.portcullis.policy.plan.RouteId;
import io.fabric8.kubernetes.client.CustomResource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the status of a policy. Pure. */
final class PolicyStatusFactory {
  /** As many as the schema allows. */
  private static final int MAX_TARGETS = 16;

  /** Of what may be said of each of many routes, so much is said. */
  private static final int MAX_SAID = 5;

  private final Progress progress;
  private final ProgrammedFinder programmed;
  private final EnforcedFinder enforced;
  private final KeySetFinder keySets;
  private final Instant now;

  PolicyStatusFactory(Progress progress, Enforcement enforcement, Instant now) {
    this.progress = progress;
    this.programmed = new ProgrammedFinder(progress);
    this.enforced = new EnforcedFinder(enforcement);
    this.keySets = new KeySetFinder(progress.observed());
    this.now = now;
  }

  /**
   * @param before the status that the policy has; null: none yet
   */
  PolicyStatus of(
      CustomResource<? extends PolicySpec, PolicyStatus> policy,
      PolicyOutcome outcome,
      @Nullable PolicyStatus before) {
    long generation = policy.getMetadata().getGeneration();
    List<Finding> findings = new ArrayList<>();
    findings.add(accepted(outcome));
    findings.add(resolvedRefs(outcome));
    Finding programmedNow = programmed(outcome);
    findings.add(programmedNow);
    findings.add(enforced.of(programmedNow, outcome.targets()));
    enforced.unprotected(outcome.targets().keySet()).ifPresent(findings::add);
    if (policy instanceof ApiPolicy api) {
      enforced.refused(outcome.routes()).ifPresent(findings::add);
      keySets.of(api).ifPresent(findings::add);
    }
    if (!outcome.overridden().isEmpty()) {
      findings.add(overridden(outcome));
    }
    return new PolicyStatus(
        Conditions.of(findings, before == null ? List.of() : before.conditions(), generation, now),
        generation,
        targets(policy.getMetadata().getNamespace(), policy.getSpec(), outcome));
  }

  /**
   * What the spec targets, or the namespaces that it selects. A spec that is not served may name
   * targets that the one which is does not.
   */
  private List<PolicyStatus.Target> targets(
      String namespace, PolicySpec spec, PolicyOutcome outcome) {
    if (spec.namespaceSelector() != null) {
      SortedMap<TargetName, SortedSet<RouteId>> byNamespace = new TreeMap<>();
      outcome
          .targets()
          .forEach((target, routes) ->
              byNamespace
                  .computeIfAbsent(TargetName.ofNamespace(target.namespace()), _ -> new TreeSet<>())
                  .addAll(routes));
      return byNamespace.entrySet().stream()
          .limit(MAX_TARGETS)
          .map(entry -> target(entry.getKey(), entry.getValue()))
          .toList();
    }
    return spec.targetRefs().stream()
        .map(ref -> new TargetName(ref.kind(), namespace, ref.name(), ref.sectionName()))
        .map(name -> target(name, outcome.targets().getOrDefault(name, new TreeSet<>())))
        .toList();
  }

  private static Finding accepted(PolicyOutcome outcome) {
    if (!outcome.errors().isEmpty()) {
      return Finding.no(
          "Accepted",
          "Invalid",
          DiagnosticMessage.of(outcome.errors()) + ". " + served(outcome.serving()));
    }
    if (!outcome.conflicts().isEmpty()) {
      return Finding.no(
          "Accepted",
          "Conflicted",
          said(
              outcome.conflicts(),
              conflict -> "the older " + conflict.winner() + " decides " + conflict.route()));
    }
    return Finding.yes(
        "Accepted",
        outcome.warnings().isEmpty()
            ? "it compiled"
            : "it compiled; " + DiagnosticMessage.of(outcome.warnings()));
  }

  private static String served(PolicyOutcome.Serving serving) {
    return switch (serving) {
      case CURRENT -> "This version is in force";
      case LAST_ACCEPTED -> "The last accepted version stays in force";
      case CLOSED -> "Its routes are closed (503), because no version was ever accepted";
    };
  }

  private static Finding resolvedRefs(PolicyOutcome outcome) {
    return outcome.resolvedRefs()
        ? Finding.yes("ResolvedRefs", "all that it refers to exists")
        : Finding.no(
            "ResolvedRefs",
            "RefNotFound",
            DiagnosticMessage.of(outcome.references())
                + (outcome.serving() == PolicyOutcome.Serving.CURRENT
                    ? ""
                    : ". " + served(outcome.serving())));
  }

  private Finding programmed(PolicyOutcome outcome) {
    if (outcome.serving() != PolicyOutcome.Serving.CURRENT) {
      return Finding.no(
          ProgrammedFinder.TYPE,
          outcome.accepted() ? "RefNotFound" : "NotAccepted",
          served(outcome.serving()));
    }
    if (!outcome.routes().isEmpty()) {
      return programmed.of(outcome.targets());
    }
    return outcome.conflicts().isEmpty()
        ? Finding.unknown(
            ProgrammedFinder.TYPE, "NoProxies", "nothing that it targets runs, as far as is known")
        : Finding.no(
            ProgrammedFinder.TYPE, "Conflicted", "it speaks for no route: older policies do");
  }

  private static Finding overridden(PolicyOutcome outcome) {
    return Finding.yes(
        "Overridden",
        said(
            outcome.overridden(),
            override ->
                override.by()
                    + " replaces "
                    + String.join(", ", override.sections())
                    + " on "
                    + override.route()));
  }

  /** The first few: a policy of a namespace may meet others on each of a thousand routes. */
  private static <T> String said(List<T> all, Function<T, String> words) {
    String some = all.stream().limit(MAX_SAID).map(words).collect(Collectors.joining("; "));
    return all.size() > MAX_SAID ? some + "; and " + (all.size() - MAX_SAID) + " more" : some;
  }

  private PolicyStatus.Target target(TargetName target, SortedSet<RouteId> routes) {
    Map<String, Boolean> proxies = new HashMap<>();
    for (RouteId route : routes) {
      for (Report report : progress.proxiesOf(route)) {
        proxies.merge(
            report.node(), report.state() instanceof NodeState.Ready, Boolean::logicalAnd);
      }
    }
    int ready = (int) proxies.values().stream().filter(Boolean::booleanValue).count();
    return new PolicyStatus.Target(
        target.kind(),
        target.name(),
        target.section(),
        routes.size() == 1 ? routes.getFirst().value() : null,
        routes.size(),
        planVersion(routes),
        new PolicyStatus.Proxies(ready, proxies.size()));
  }

  /** Of one route its plan's version; of several the hash of all, so that any change shows. */
  private @Nullable String planVersion(SortedSet<RouteId> routes) {
    StringBuilder versions = new StringBuilder();
    String last = null;
    for (RouteId route : routes) {
      last = progress.planVersion(route).orElse(null);
      versions.append(route).append(' ').append(last).append('\n');
    }
    return routes.size() < 2
        ? last
        : PlanVersion.of(versions.toString().getBytes(StandardCharsets.UTF_8));
  }
}
