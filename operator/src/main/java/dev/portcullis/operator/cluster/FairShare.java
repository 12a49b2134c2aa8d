// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Who gets a place when there are too few: the first name of each namespace, then the second of
 * each, and so on. Whoever names many takes places from himself only, and the choice depends
 * neither on the order in which names arrived nor on what was chosen before.
 */
final class FairShare {
  private static final Comparator<ObjectName> BY_NAME =
      Comparator.comparing(ObjectName::namespace).thenComparing(ObjectName::name);

  private FairShare() {}

  static Set<ObjectName> of(Set<ObjectName> wanted, int most) {
    if (wanted.size() <= most) {
      return wanted;
    }
    Map<String, Integer> ranks = new HashMap<>();
    Map<Integer, List<ObjectName>> byRank = new TreeMap<>();
    wanted.stream()
        .sorted(BY_NAME)
        .forEach(name ->
            byRank
                .computeIfAbsent(
                    ranks.merge(name.namespace(), 1, Integer::sum), _ -> new ArrayList<>())
                .add(name));
    Set<ObjectName> chosen = new LinkedHashSet<>();
    for (List<ObjectName> rank : byRank.values()) {
      for (ObjectName name : rank) {
        if (chosen.size() == most) {
          return chosen;
        }
        chosen.add(name);
      }
    }
    return chosen;
  }
}
