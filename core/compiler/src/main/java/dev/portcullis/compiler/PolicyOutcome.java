// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What became of one policy, or of one ApiKey.
 *
 * @param errors why it is not accepted; empty: it is ({@code Accepted})
 * @param references what it refers to and what is not there ({@code ResolvedRefs}); a key set that
 *     is missing keeps the policy from being served, anything else does not
 * @param warnings what its author should know
 * @param serving which version speaks for its routes
 * @param targets what it claims, each with the routes that it speaks for there, alone or together
 *     with others, closed ones included; without any where it lost to older policies, or where
 *     nothing runs yet
 * @param conflicts routes that an older policy of its kind and rank speaks for ({@code Conflicted})
 * @param overridden routes on which a policy that goes first replaces some of it ({@code
 *     Overridden})
 */
public record PolicyOutcome(
    PolicyRef policy,
    List<Diagnostic> errors,
    List<Diagnostic> references,
    List<Diagnostic> warnings,
    Serving serving,
    SortedMap<TargetName, SortedSet<RouteId>> targets,
    List<Conflict> conflicts,
    List<Overridden> overridden) {

  /** Which version of a policy speaks for its routes. */
  public enum Serving {
    /** What it says now. */
    CURRENT,
    /** What it said when it could last be served. */
    LAST_ACCEPTED,
    /** None: its routes are closed. */
    CLOSED
  }

  /** A route that another policy speaks for. */
  public record Conflict(RouteId route, PolicyRef winner) {}

  /**
   * A route on which another policy replaces sections of this one.
   *
   * @param sections such as {@code authentication}, sorted
   */
  public record Overridden(RouteId route, PolicyRef by, List<String> sections) {
    public Overridden {
      sections = List.copyOf(sections);
    }
  }

  public PolicyOutcome {
    errors = List.copyOf(errors);
    references = List.copyOf(references);
    warnings = List.copyOf(warnings);
    SortedMap<TargetName, SortedSet<RouteId>> copy = new TreeMap<>();
    targets.forEach((target, routes) ->
        copy.put(target, Collections.unmodifiableSortedSet(new TreeSet<>(routes))));
    targets = Collections.unmodifiableSortedMap(copy);
    conflicts = List.copyOf(conflicts);
    overridden = List.copyOf(overridden);
  }

  /** All routes that it speaks for. */
  public SortedSet<RouteId> routes() {
    SortedSet<RouteId> all = new TreeSet<>();
    for (SortedSet<RouteId> routes : targets.values()) {
      all.addAll(routes);
    }
    return all;
  }

  /** Whether it compiled. */
  public boolean accepted() {
    return errors.isEmpty();
  }

  /** Whether all that it refers to exists. */
  public boolean resolvedRefs() {
    return references.isEmpty();
  }
}
