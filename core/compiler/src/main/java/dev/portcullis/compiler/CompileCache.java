// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.CheckedPolicy;
import dev.portcullis.compiler.check.JwksCheck;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a compilation found out that the next one may use again. Immutable; holds nothing that the
 * compilation did not use, so that it grows with the policies and not with time.
 */
public final class CompileCache {
  private static final CompileCache EMPTY =
      new CompileCache(Map.of(), Map.of(), Map.of(), Map.of());

  private final Map<Revision, CheckedPolicy> policies;
  private final Map<KeySet, List<JwksCheck.Problem>> keySets;
  private final Map<ListText, AddressListResolver.Read> lists;
  private final Map<RouteId, RoutePlan> routes;

  /** One revision of one policy. */
  record Revision(PolicyRef policy, String revision) {}

  /** A key set of a Secret, with the algorithms that it is used with. */
  record KeySet(String hash, List<JwsAlgorithm> algorithms) {}

  /** A list of addresses as a ConfigMap has it; null: all keys. */
  record ListText(KnownConfigMaps.Content content, @Nullable String key) {}

  CompileCache(
      Map<Revision, CheckedPolicy> policies,
      Map<KeySet, List<JwksCheck.Problem>> keySets,
      Map<ListText, AddressListResolver.Read> lists,
      Map<RouteId, RoutePlan> routes) {
    this.policies = Map.copyOf(policies);
    this.keySets = Map.copyOf(keySets);
    this.lists = Map.copyOf(lists);
    this.routes = Map.copyOf(routes);
  }

  /** Knows nothing: everything is compiled. */
  public static CompileCache empty() {
    return EMPTY;
  }

  Map<Revision, CheckedPolicy> policies() {
    return policies;
  }

  Map<KeySet, List<JwksCheck.Problem>> keySets() {
    return keySets;
  }

  Map<ListText, AddressListResolver.Read> lists() {
    return lists;
  }

  Map<RouteId, RoutePlan> routes() {
    return routes;
  }
}
