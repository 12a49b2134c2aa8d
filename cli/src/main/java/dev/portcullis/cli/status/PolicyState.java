// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import dev.portcullis.crds.v1alpha1.Condition;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A policy of a cluster with what the operator says of it.
 *
 * @param generation of its spec
 * @param observed the generation that the status speaks of; 0: the operator has said nothing yet
 */
record PolicyState(
    String kind,
    String namespace,
    String name,
    Mode mode,
    long generation,
    long observed,
    List<Condition> conditions,
    List<PolicyStatus.Target> targets) {

  /** By namespace, kind and name. */
  static final Comparator<PolicyState> ORDER =
      Comparator.comparing(PolicyState::namespace)
          .thenComparing(PolicyState::kind)
          .thenComparing(PolicyState::name);

  /** What must be so of a policy that is in force. */
  private static final List<String> NEEDED = List.of("Accepted", "ResolvedRefs", "Programmed");

  /** What must not be refuted. It is unknown wherever no probe reaches, which proves nothing. */
  private static final String ENFORCED = "Enforced";

  static PolicyState of(CustomResource<? extends PolicySpec, PolicyStatus> policy) {
    PolicyStatus status = policy.getStatus();
    Long observed = status == null ? null : status.observedGeneration();
    return new PolicyState(
        policy.getKind(),
        policy.getMetadata().getNamespace(),
        policy.getMetadata().getName(),
        policy.getSpec().mode(),
        policy.getMetadata().getGeneration(),
        observed == null ? 0 : observed,
        status == null ? List.of() : status.conditions(),
        status == null ? List.of() : status.targets());
  }

  /** Whether every target of the current spec is guarded by it, as far as anybody can tell. */
  boolean inForce() {
    return complaints().isEmpty();
  }

  /** Why it is not in force, a line each, the first reason first; empty: it is. */
  List<String> complaints() {
    if (observed < generation) {
      return List.of(
          observed == 0
              ? "the operator has said nothing of it yet"
              : "the operator has not seen generation " + generation + " yet, only " + observed);
    }
    List<String> complaints = new ArrayList<>();
    for (String type : NEEDED) {
      Condition condition = condition(type);
      if (condition == null) {
        complaints.add(type + ": the operator does not say");
      } else if (condition.status() != Condition.Status.TRUE) {
        complaints.add(words(condition));
      }
    }
    Condition enforced = condition(ENFORCED);
    if (enforced != null && enforced.status() == Condition.Status.FALSE) {
      complaints.add(words(enforced));
    }
    return complaints;
  }

  /** The word of a condition's status; {@code -} where there is none. */
  String word(String type) {
    Condition condition = condition(type);
    return condition == null || observed < generation ? "-" : word(condition.status());
  }

  private @Nullable Condition condition(String type) {
    return conditions.stream()
        .filter(condition -> condition.type().equals(type))
        .findFirst()
        .orElse(null);
  }

  static String word(Condition.Status status) {
    return switch (status) {
      case TRUE -> "True";
      case FALSE -> "False";
      case UNKNOWN -> "Unknown";
    };
  }

  private static String words(Condition condition) {
    return condition.type()
        + "="
        + word(condition.status())
        + " "
        + condition.reason()
        + ": "
        + condition.message();
  }

  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
