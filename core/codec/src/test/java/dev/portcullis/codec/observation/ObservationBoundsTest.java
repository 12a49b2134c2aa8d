// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.observation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What a decision service says may be anything: it must neither fill memory nor become unreadable.
 */
final class ObservationBoundsTest {
  private static final Instant AT = Instant.ofEpochSecond(1_795_000_000L);

  @Test
  void keepsNoNameThatKubernetesWouldNotHave() {
    SortedMap<String, Instant> used = new TreeMap<>();
    used.put("shop/key", AT);
    used.put("shop/" + "k".repeat(312), AT);
    used.put("shop/" + "k".repeat(313), AT);
    used.put("x".repeat(1_000_000), AT);

    assertThat(new Observations(new TreeMap<>(), used).lastUsed())
        .containsOnlyKeys("shop/key", "shop/" + "k".repeat(312));
  }

  @Test
  void keepsNoAddressThatNoPolicyCouldName() {
    SortedMap<String, KeySetTrouble> sets = new TreeMap<>();
    sets.put("https://idp.example.com/jwks", new KeySetTrouble(true, "away"));
    sets.put("https://idp.example.com/" + "x".repeat(2_048), new KeySetTrouble(true, "away"));

    assertThat(new Observations(sets, new TreeMap<>()).keySets())
        .containsOnlyKeys("https://idp.example.com/jwks");
  }

  @Test
  void canAlwaysBeReadAgain() {
    SortedMap<String, Instant> used = new TreeMap<>();
    SortedMap<String, KeySetTrouble> sets = new TreeMap<>();
    for (int i = 0; i < Observations.MAX_LAST_USED + 10; i++) {
      used.put("%06d/".formatted(i) + "k".repeat(310), AT);
      sets.put(
          "https://%06d/".formatted(i) + "x".repeat(2_033),
          new KeySetTrouble(true, "€".repeat(300)));
    }
    Observations most = new Observations(sets, used);

    assertThat(Observations.ofJson(most.toJson())).isEqualTo(most);
    assertThat(most.lastUsed()).hasSize(Observations.MAX_LAST_USED);
    assertThat(most.keySets()).hasSize(Observations.MAX_KEY_SETS);
  }
}
