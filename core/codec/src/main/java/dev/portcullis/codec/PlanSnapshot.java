// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.codec;

import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * All that a decision service knows at one moment, but for secret material and what lists of
 * addresses hold: what the gateway hands over in files, and what a replica keeps on disk to start
 * without the operator.
 *
 * @param routes in the order of their ids, each id once
 * @param apiKeys in the order of {@link #nameOf their names}, each once
 */
public record PlanSnapshot(List<RoutePlan> routes, List<ApiKeyRecord> apiKeys) {

  /** Sorts, so that equal content is equal bytes. */
  public PlanSnapshot {
    routes = routes.stream().sorted(Comparator.comparing(RoutePlan::id)).toList();
    apiKeys = apiKeys.stream().sorted(Comparator.comparing(PlanSnapshot::nameOf)).toList();
    requireUnique("route", routes, route -> route.id().value());
    requireUnique("API key", apiKeys, PlanSnapshot::nameOf);
  }

  /** Knows nothing, so that every request is refused. */
  public static PlanSnapshot empty() {
    return new PlanSnapshot(List.of(), List.of());
  }

  /** The lists of addresses that the routes refer to, by their hashes. */
  public SortedSet<String> lists() {
    SortedSet<String> hashes = new TreeSet<>();
    for (RoutePlan route : routes) {
      if (route instanceof GuardedRoute guarded && guarded.request() != null) {
        add(guarded.request().allowLists(), hashes);
        add(guarded.request().denyLists(), hashes);
      }
    }
    return hashes;
  }

  private static void add(List<AddressListSpec> lists, Set<String> hashes) {
    for (AddressListSpec list : lists) {
      switch (list) {
        case AddressListSpec.FromConfigMap known -> hashes.add(known.hash());
        case AddressListSpec.FromFile _ -> {}
      }
    }
  }

  /** The name under which a key travels: {@code namespace/id}. */
  public static String nameOf(ApiKeyRecord key) {
    return key.namespace() + "/" + key.id();
  }

  private static <T> void requireUnique(String what, List<T> items, Function<T, String> name) {
    Set<String> seen = HashSet.newHashSet(items.size());
    for (T item : items) {
      if (!seen.add(name.apply(item))) {
        throw new IllegalArgumentException("the same " + what + " twice: " + name.apply(item));
      }
    }
  }
}
