// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FairShareTest {

  private static Set<ObjectName> names(String namespace, int count) {
    Set<ObjectName> names = new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      names.add(new ObjectName(namespace, "n%03d".formatted(i)));
    }
    return names;
  }

  @SafeVarargs
  private static Set<ObjectName> together(Set<ObjectName>... parts) {
    Set<ObjectName> all = new LinkedHashSet<>();
    for (Set<ObjectName> part : parts) {
      all.addAll(part);
    }
    return all;
  }

  @Test
  void givesEverybodyAPlaceWhereThereAreEnough() {
    Set<ObjectName> wanted = together(names("a", 3), names("b", 1));
    assertThat(FairShare.of(wanted, 4)).isEqualTo(wanted);
  }

  @Test
  void letsNobodyTakeTheLastPlaceOfANeighbour() {
    Set<ObjectName> greedy = names("a", 250);
    Set<ObjectName> modest = names("b", 2);

    Set<ObjectName> chosen = FairShare.of(together(greedy, modest), 200);

    assertThat(chosen).hasSize(200).containsAll(modest).containsAll(names("a", 198));
    assertThat(FairShare.of(together(modest, greedy), 200)).isEqualTo(chosen);
    assertThat(FairShare.of(new HashSet<>(together(greedy, modest)), 200)).isEqualTo(chosen);
  }

  @Test
  void servesAsManyNamespacesAsItHasPlaces() {
    Set<ObjectName> wanted = new LinkedHashSet<>();
    for (int i = 0; i < 300; i++) {
      wanted.addAll(names("ns%03d".formatted(i), 2));
    }
    assertThat(FairShare.of(wanted, 200))
        .hasSize(200)
        .extracting(ObjectName::namespace)
        .doesNotHaveDuplicates();
  }
}
