// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.CheckedPolicy;
import dev.portcullis.compiler.check.Expressions;
import dev.portcullis.compiler.check.JwksCheck;
import dev.portcullis.compiler.check.PolicyCheck;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Takes from the last compilation what still holds, and gathers the cache of this one. */
final class Memo {
  private final CompileCache earlier;
  private final String installation;
  private final Expressions expressions = new Expressions();
  private final Map<CompileCache.Revision, CheckedPolicy> fresh;
  private final Map<CompileCache.Revision, CheckedPolicy> policies = new HashMap<>();
  private final Map<CompileCache.KeySet, List<JwksCheck.Problem>> keySets = new HashMap<>();
  private final Map<CompileCache.ListText, AddressListResolver.Read> lists = new HashMap<>();

  /**
   * Checks the policies that are new, on all processors: type checking their expressions is nearly
   * all that a first compilation costs.
   */
  Memo(CompileCache earlier, Collection<PolicySource> policies, String installation) {
    this.earlier = earlier;
    this.installation = installation;
    this.fresh =
        policies.parallelStream()
            .filter(source -> !earlier.policies().containsKey(revision(source)))
            .collect(
                Collectors.toUnmodifiableMap(
                    Memo::revision,
                    source -> PolicyCheck.current(source, installation, expressions),
                    (one, _) -> one));
  }

  private static CompileCache.Revision revision(PolicySource source) {
    return new CompileCache.Revision(source.ref(), source.revision());
  }

  /** What was found out about the current revision of a policy. */
  CheckedPolicy current(PolicySource source) {
    return checked(
        source.ref(),
        source.revision(),
        () -> PolicyCheck.current(source, installation, expressions));
  }

  /** What was found out about the revision that a policy may fall back on. */
  CheckedPolicy fallback(PolicySource source, LastAccepted accepted) {
    return checked(
        source.ref(),
        accepted.revision(),
        () -> PolicyCheck.fallback(source, accepted, installation, expressions));
  }

  private CheckedPolicy checked(PolicyRef policy, String revision, Supplier<CheckedPolicy> check) {
    var key = new CompileCache.Revision(policy, revision);
    CheckedPolicy known = earlier.policies().getOrDefault(key, fresh.get(key));
    CheckedPolicy checked = known == null ? check.get() : known;
    policies.put(key, checked);
    return checked;
  }

  List<JwksCheck.Problem> keySet(
      String hash, List<JwsAlgorithm> algorithms, Supplier<List<JwksCheck.Problem>> check) {
    var key = new CompileCache.KeySet(hash, algorithms);
    List<JwksCheck.Problem> known = keySets.getOrDefault(key, earlier.keySets().get(key));
    List<JwksCheck.Problem> problems = known == null ? check.get() : known;
    keySets.put(key, problems);
    return problems;
  }

  /** What stands in a ConfigMap, read once for all policies that name it. */
  AddressListResolver.Read addressList(
      KnownConfigMaps.Content content,
      @Nullable String key,
      Supplier<AddressListResolver.Read> read) {
    var text = new CompileCache.ListText(content, key);
    AddressListResolver.Read known = lists.getOrDefault(text, earlier.lists().get(text));
    AddressListResolver.Read list = known == null ? read.get() : known;
    lists.put(text, list);
    return list;
  }

  /** The same object as last time where nothing changed, so that others need not look into it. */
  RoutePlan route(RoutePlan plan) {
    RoutePlan known = earlier.routes().get(plan.id());
    return known != null && known.equals(plan) ? known : plan;
  }

  CompileCache cache(Map<RouteId, RoutePlan> routes) {
    return new CompileCache(policies, keySets, lists, routes);
  }
}
