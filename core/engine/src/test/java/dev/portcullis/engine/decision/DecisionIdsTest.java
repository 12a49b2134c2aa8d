// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecisionIdsTest {

  @Test
  void makesDistinctIdsThatUseEveryBit() {
    DecisionIds ids = new DecisionIds();
    Set<String> seen = new HashSet<>();
    Set<Character> last = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = ids.get();
      assertThat(id).matches("[0-9A-HJKMNP-TV-Z]{26}");
      seen.add(id);
      last.add(id.charAt(25));
    }

    assertThat(seen).hasSize(10_000);
    // 128 bits are 25 digits of five and one of three.
    assertThat(last).hasSize(8);
  }
}
