// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses each section of a route from the policies that have it.
 *
 * <p>The narrower policy wins, section by section. One exception keeps the gate shut: what a policy
 * in shadow mode says never replaces what another one enforces, because a shadow changes nothing.
 */
final class Merge<C extends Content> {
  private final RouteId route;
  private final List<Ranked<C>> ranked;
  private final Remarks remarks;
  private final Map<PolicyRef, Map<PolicyRef, List<String>>> lost = new LinkedHashMap<>();

  /** A policy and what it demands. */
  record Ranked<C extends Content>(Speaker speaker, C content) {}

  /** A section and the policy that it comes from. */
  record Chosen<T>(Speaker speaker, Mode mode, T value) {}

  /**
   * @param ranked the narrowest first
   */
  Merge(RouteId route, List<Ranked<C>> ranked, Remarks remarks) {
    this.route = route;
    this.ranked = ranked;
    this.remarks = remarks;
  }

  /** The policy that decides what every policy decides: the narrowest that is enforced. */
  C decisive() {
    return ranked.stream()
        .map(Ranked::content)
        .filter(content -> content.mode() == Mode.ENFORCE)
        .findFirst()
        .orElse(ranked.getFirst().content);
  }

  /** The section that is in force; null when no policy has it. */
  <T> @Nullable Chosen<T> choose(String section, Function<C, @Nullable T> read) {
    List<Chosen<T>> having = new ArrayList<>();
    for (Ranked<C> candidate : ranked) {
      T value = read.apply(candidate.content);
      if (value != null) {
        having.add(new Chosen<>(candidate.speaker, candidate.content.mode(), value));
      }
    }
    if (having.isEmpty()) {
      return null;
    }
    int winner = 0;
    while (winner < having.size() && having.get(winner).mode != Mode.ENFORCE) {
      winner++;
    }
    winner = winner == having.size() ? 0 : winner;
    Chosen<T> chosen = having.get(winner);
    for (int i = 0; i < having.size(); i++) {
      if (i != winner) {
        lose(having.get(i).speaker, chosen.speaker, section);
      }
      if (i < winner) {
        shadowed(having.get(i).speaker, chosen.speaker, section);
      }
    }
    return chosen;
  }

  /** Says that a shadow section gave way to an enforced one. */
  void shadowed(Speaker shadow, Speaker enforced, String section) {
    if (shadow.isCurrent()) {
      remarks.warn(
          shadow,
          DiagnosticCode.SHADOW_NOT_EVALUATED,
          FieldPath.SPEC.field("mode"),
          "on "
              + route
              + " the "
              + section
              + " of "
              + enforced.ref()
              + " is enforced, so the shadow of it is not evaluated",
          "shadow the policy of the wider target, or enforce this one");
    }
  }

  /** Notes that one policy's section gave way to another's. */
  void lose(Speaker loser, Speaker winner, String section) {
    lost.computeIfAbsent(loser.ref(), _ -> new LinkedHashMap<>())
        .computeIfAbsent(winner.ref(), _ -> new ArrayList<>())
        .add(section);
  }

  /** Reports what was noted. */
  void report() {
    lost.forEach((loser, winners) ->
        winners.forEach((winner, sections) -> remarks.overridden(loser, winner, route, sections)));
  }
}
