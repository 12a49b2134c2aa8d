// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;

class ApiKeyUseTest {
  private static final Instant EIGHT = Instant.parse("2026-11-22T20:00:00Z");

  private final ApiKeyUse use = new ApiKeyUse();

  @Test
  void tellsOfAKeyOnceAnHour() {
    use.note(key(1), EIGHT.plusSeconds(5));
    use.note(key(1), EIGHT.plusSeconds(6));
    tell(EIGHT.plusSeconds(7), "shop/key-1");
    use.note(key(1), EIGHT.plusSeconds(3_599));
    tell(EIGHT.plusSeconds(3_599));
    use.note(key(1), EIGHT.plusSeconds(3_600));
    assertThat(use.untold(EIGHT.plusSeconds(3_601)))
        .containsExactly(Map.entry("shop/key-1", EIGHT.plus(Duration.ofHours(1))));
  }

  @Test
  void tellsAgainWhatWasUsedWhileItWasTold() {
    use.note(key(1), EIGHT);
    SortedMap<String, Instant> untold = use.untold(EIGHT);
    use.note(key(1), EIGHT.plus(Duration.ofHours(1)));
    use.told(untold);
    tell(EIGHT.plus(Duration.ofHours(1)), "shop/key-1");
    tell(EIGHT.plus(Duration.ofHours(1)));
  }

  @Test
  void tellsAllToWhoeverListensAnew() {
    use.note(key(1), EIGHT);
    use.note(key(2), EIGHT);
    tell(EIGHT, "shop/key-1", "shop/key-2");
    tell(EIGHT);
    use.tellAnew();
    tell(EIGHT, "shop/key-1", "shop/key-2");
  }

  @Test
  void tellsOfManyBySoManyAtATime() {
    for (int i = 0; i < Observations.MAX_LAST_USED + 10; i++) {
      use.note(key(i), EIGHT);
    }
    SortedMap<String, Instant> first = use.untold(EIGHT);
    assertThat(first).hasSize(Observations.MAX_LAST_USED);
    use.told(first);
    assertThat(use.untold(EIGHT)).hasSize(10);
  }

  @Test
  void notesNoMoreThanItCanHoldAndForgetsFormerHours() {
    for (int i = 0; i < ApiKeyUse.MAX_KEYS + 3; i++) {
      use.note(key(i), EIGHT);
    }
    assertThat(use.unnoted()).isEqualTo(3);
    SortedMap<String, Instant> untold = use.untold(EIGHT);
    while (!untold.isEmpty()) {
      use.told(untold);
      untold = use.untold(EIGHT);
    }
    Instant later = EIGHT.plus(Duration.ofHours(1));
    assertThat(use.untold(later)).isEmpty();
    use.note(key(ApiKeyUse.MAX_KEYS + 1), later);
    assertThat(use.unnoted()).isEqualTo(3);
  }

  private void tell(Instant now, String... keys) {
    SortedMap<String, Instant> untold = use.untold(now);
    assertThat(untold.keySet()).containsExactly(keys);
    use.told(untold);
  }

  private static ApiKeyRecord key(int number) {
    return new ApiKeyRecord(
        "shop",
        "key-" + number,
        "id" + number,
        "hash" + number,
        "acme",
        null,
        List.of(),
        null,
        null,
        false,
        Collections.emptySortedMap());
  }
}
