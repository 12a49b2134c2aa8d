// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import dev.portcullis.compiler.TargetName;
import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.operator.probe.Enforcement;
import dev.portcullis.operator.probe.GateState;
import dev.portcullis.operator.probe.ProbeOutcome;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether routes are not only programmed but hold: every gate answered a probe as it must, and no
 * way around one was found. The worst that can be said is said.
 */
final class EnforcedFinder {
  static final String TYPE = "Enforced";
  private static final String UNPROTECTED = "Unprotected";
  private static final String MEND_SIDECAR =
      "; their namespace is enrolled, so restart them, or take them out of the target";
  private static final String MEND_BYPASS =
      "; a NetworkPolicy that the cluster's network enforces has to close that port, or choose"
          + " portcullis.dev/interception: redirect";

  private final Enforcement enforcement;

  EnforcedFinder(Enforcement enforcement) {
    this.enforcement = enforcement;
  }

  /**
   * @param programmed what was found of it
   * @param targets the routes of each target
   */
  Finding of(Finding programmed, SortedMap<TargetName, SortedSet<RouteId>> targets) {
    SortedSet<String> bare = enforcement.withoutSidecar(targets.keySet());
    if (!bare.isEmpty()) {
      return Finding.no(TYPE, UNPROTECTED, withoutSidecar(bare));
    }
    if (programmed.status() != Condition.Status.TRUE) {
      return Finding.unknown(TYPE, "NotProgrammed", "it is not programmed everywhere yet");
    }
    SortedMap<String, GateState> gates = new TreeMap<>();
    targets.values().forEach(routes -> gates.putAll(enforcement.of(routes)));
    Optional<Finding> failed = failed(gates);
    if (failed.isPresent()) {
      return failed.get();
    }
    SortedSet<String> pending = names(gates, GateState.Pending.class);
    if (!pending.isEmpty()) {
      return Finding.unknown(TYPE, "ProbePending", "waits for the probe of " + Named.some(pending));
    }
    SortedSet<String> without = withoutGates(targets);
    if (!without.isEmpty()) {
      return Finding.unknown(
          TYPE,
          "NoProbe",
          "only gateways guard "
              + Named.some(without)
              + ", and nothing proves that all requests come through them");
    }
    return new Finding(
        TYPE,
        Condition.Status.TRUE,
        "ProbeHeld",
        gates.size() + (gates.size() == 1 ? " gate holds" : " gates hold"));
  }

  /** Says that a target is not guarded as a whole; empty: it is. */
  Optional<Finding> unprotected(Set<TargetName> targets) {
    SortedSet<String> bare = enforcement.withoutSidecar(targets);
    return bare.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(UNPROTECTED, Condition.Status.TRUE, "NoSidecar", withoutSidecar(bare)));
  }

  /** Says that callers are kept out who cannot know it; empty: nobody is. */
  Optional<Finding> refused(Collection<RouteId> routes) {
    SortedSet<String> refused = enforcement.refused(routes);
    return refused.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Finding(
                "CallersRefused",
                Condition.Status.TRUE,
                "StrictMtls",
                "transport.mtls Strict refuses callers: "
                    + Named.some(refused)
                    + "; nothing has to be done if that is meant, else write Permissive"));
  }

  private static String withoutSidecar(SortedSet<String> pods) {
    return "requests reach pods without a sidecar: " + Named.some(pods) + MEND_SIDECAR;
  }

  private static Optional<Finding> failed(SortedMap<String, GateState> gates) {
    List<String> failures = new ArrayList<>();
    List<String> bypassed = new ArrayList<>();
    gates.forEach((gate, state) -> {
      if (state instanceof GateState.Failed(ProbeOutcome outcome)) {
        (outcome instanceof ProbeOutcome.Bypassable ? bypassed : failures)
            .add(gate + " " + outcome.words());
      }
    });
    if (!failures.isEmpty()) {
      return Optional.of(Finding.no(TYPE, "ProbeFailed", Named.some(failures)));
    }
    return bypassed.isEmpty()
        ? Optional.empty()
        : Optional.of(Finding.no(TYPE, "Bypassable", Named.some(bypassed) + MEND_BYPASS));
  }

  private static SortedSet<String> names(
      SortedMap<String, GateState> gates, Class<? extends GateState> state) {
    SortedSet<String> names = new TreeSet<>();
    gates.forEach((gate, known) -> {
      if (state.isInstance(known)) {
        names.add(gate);
      }
    });
    return names;
  }

  /** A Service counts with its ports together, as it does where it is programmed. */
  private SortedSet<String> withoutGates(SortedMap<TargetName, SortedSet<RouteId>> targets) {
    SortedSet<String> without = new TreeSet<>();
    Set<String> with = new HashSet<>();
    targets.forEach((target, routes) ->
        (enforcement.of(routes).isEmpty() ? without : with).add(target.whole().toString()));
    without.removeAll(with);
    return without;
  }
}
