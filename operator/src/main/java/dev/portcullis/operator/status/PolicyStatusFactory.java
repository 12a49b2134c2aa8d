// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.PolicyOutcome;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.operator.rollout.NodeState;
import dev.portcullis.operator.rollout.Progress;
import dev.portcullis.operator.rollout.Progress.Report;
import dev.portcullis.policy.plan.RouteId;
import io.fabric8.kubernetes.client.CustomResource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Makes the status of a policy. Pure. */
final class PolicyStatusFactory {
  private final Progress progress;
  private final ProgrammedFinder programmed;
  private final Instant now;

  PolicyStatusFactory(Progress progress, Instant now) {
    this.progress = progress;
    this.programmed = new ProgrammedFinder(progress);
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
    findings.add(programmed(outcome));
    findings.add(
        Finding.unknown("Enforced", "ProbeNotAvailable", "this release does not probe its gates"));
    if (!outcome.overridden().isEmpty()) {
      findings.add(overridden(outcome));
    }
    return new PolicyStatus(
        Conditions.of(findings, before == null ? List.of() : before.conditions(), generation, now),
        generation,
        policy.getSpec().targetRefs().stream()
            .map(target -> target(policy.getMetadata().getNamespace(), target, outcome))
            .toList());
  }

  private static Finding accepted(PolicyOutcome outcome) {
    if (!outcome.errors().isEmpty()) {
      return Finding.no(
          "Accepted",
          "Invalid",
          DiagnosticMessage.of(outcome.errors()) + ". " + served(outcome.serving()));
    }
    if (!outcome.conflicts().isEmpty()) {
      String conflicts =
          outcome.conflicts().stream()
              .map(conflict -> "the older " + conflict.winner() + " decides " + conflict.route())
              .collect(Collectors.joining("; "));
      return Finding.no("Accepted", "Conflicted", conflicts);
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
    if (outcome.routes().isEmpty()) {
      return Finding.no(
          ProgrammedFinder.TYPE, "Conflicted", "it speaks for no route: older policies do");
    }
    return programmed.of(outcome.routes());
  }

  private static Finding overridden(PolicyOutcome outcome) {
    return Finding.yes(
        "Overridden",
        outcome.overridden().stream()
            .map(override ->
                override.by()
                    + " replaces "
                    + String.join(", ", override.sections())
                    + " on "
                    + override.route())
            .collect(Collectors.joining("; ")));
  }

  private PolicyStatus.Target target(String namespace, TargetRef target, PolicyOutcome outcome) {
    RouteId route = RouteId.of(namespace, target.name(), target.sectionName());
    boolean speaks = outcome.routes().contains(route);
    List<Report> proxies = progress.proxiesOf(route);
    int ready = (int) proxies.stream().filter(p -> p.state() instanceof NodeState.Ready).count();
    return new PolicyStatus.Target(
        target.kind(),
        target.name(),
        target.sectionName(),
        route.value(),
        speaks ? progress.planVersion(route).orElse(null) : null,
        new PolicyStatus.Proxies(ready, proxies.size()));
  }
}
