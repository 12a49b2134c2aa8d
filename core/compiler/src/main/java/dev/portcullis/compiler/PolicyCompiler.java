// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Compiles policies into plans. Stateless and thread-safe. */
public final class PolicyCompiler {

  private PolicyCompiler() {}

  /** Compiles everything. Never throws for what a user wrote. */
  public static CompileResult compile(PolicySet set) {
    return compile(set, CompileCache.empty());
  }

  /**
   * Compiles what an earlier compilation did not.
   *
   * @param earlier {@link CompileResult#cache} of the last compilation; any cache gives the same
   *     result, only not as fast
   */
  public static CompileResult compile(PolicySet set, CompileCache earlier) {
    SortedMap<PolicyRef, PolicySource> policies = byName(set.policies());
    Memo memo = new Memo(earlier, policies.values(), set.targets().installation());
    KeyRing keys = new KeyRing(oldestFirst(set.apiKeys()));
    RefResolver resolver = new RefResolver(set, keys, memo);
    SpeakerFactory factory = new SpeakerFactory(resolver, memo);
    List<Speaker> speakers = policies.values().stream().map(factory::speaker).toList();
    Remarks remarks = new Remarks();
    ExemptNames exempt = new ExemptNames();
    SortedMap<RouteId, RoutePlan> routes = new TreeMap<>();
    Claims claims = new Claims(speakers, set.targets());
    claims
        .byRoute()
        .forEach((id, claimed) ->
            routes.put(
                id,
                memo.route(
                    new RouteAssembler(id, claimed, set.trust(), remarks, exempt).assemble())));
    exempt.report(remarks);
    SortedMap<PolicyRef, PolicyOutcome> outcomes = Outcomes.of(speakers, claims, remarks, keys);
    return new CompileResult(
        Collections.unmodifiableSortedMap(routes),
        claims.routing(),
        Collections.unmodifiableSortedMap(keys.records()),
        secrets(speakers),
        lists(speakers),
        diagnostics(outcomes),
        Collections.unmodifiableSortedMap(outcomes),
        served(speakers),
        memo.cache(routes));
  }

  /** By kind and name, so that the order of the input does not matter. */
  private static SortedMap<PolicyRef, PolicySource> byName(List<PolicySource> policies) {
    SortedMap<PolicyRef, PolicySource> sorted = new TreeMap<>();
    policies.forEach(policy -> sorted.putIfAbsent(policy.ref(), policy));
    return sorted;
  }

  private static List<KeySource> oldestFirst(List<KeySource> keys) {
    return keys.stream()
        .sorted(
            Comparator.comparing(
                    KeySource::created, Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(KeySource::ref))
        .toList();
  }

  private static SortedMap<String, SecretMaterial> secrets(List<Speaker> speakers) {
    SortedMap<String, SecretMaterial> out = new TreeMap<>();
    for (Speaker speaker : speakers) {
      speaker.material().forEach(material -> out.put(material.hash(), material));
    }
    return Collections.unmodifiableSortedMap(out);
  }

  private static SortedMap<String, AddressList> lists(List<Speaker> speakers) {
    SortedMap<String, AddressList> out = new TreeMap<>();
    for (Speaker speaker : speakers) {
      speaker.lists().forEach(list -> out.put(list.hash(), list));
    }
    return Collections.unmodifiableSortedMap(out);
  }

  private static SortedMap<PolicyRef, LastAccepted> served(List<Speaker> speakers) {
    SortedMap<PolicyRef, LastAccepted> out = new TreeMap<>();
    for (Speaker speaker : speakers) {
      LastAccepted served = speaker.served();
      if (served != null) {
        out.put(speaker.ref(), served);
      }
    }
    return Collections.unmodifiableSortedMap(out);
  }

  private static List<Diagnostic> diagnostics(SortedMap<PolicyRef, PolicyOutcome> outcomes) {
    List<Diagnostic> out = new ArrayList<>();
    for (PolicyOutcome outcome : outcomes.values()) {
      out.addAll(outcome.errors());
      out.addAll(outcome.references());
      out.addAll(outcome.warnings());
    }
    Collections.sort(out);
    return out;
  }
}
