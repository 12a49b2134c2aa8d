// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChargeIdTest {

  @Test
  void isTheSameForTheSameRequestAndNoOther() {
    ChargeId id = id("17", "192.0.2.1", 4000, "/a", Phase.RATES, false);

    assertThat(id("17", "192.0.2.1", 4000, "/a", Phase.RATES, false)).isEqualTo(id);
    assertThat(id("18", "192.0.2.1", 4000, "/a", Phase.RATES, false)).isNotEqualTo(id);
    assertThat(id("17", "192.0.2.2", 4000, "/a", Phase.RATES, false)).isNotEqualTo(id);
    assertThat(id("17", "192.0.2.1", 4001, "/a", Phase.RATES, false)).isNotEqualTo(id);
    assertThat(id("17", "192.0.2.1", 4000, "/b", Phase.RATES, false)).isNotEqualTo(id);
    assertThat(id("17", "192.0.2.1", 4000, "/a", Phase.QUOTAS, false)).isNotEqualTo(id);
    assertThat(id("17", "192.0.2.1", 4000, "/a", Phase.RATES, true)).isNotEqualTo(id);
  }

  @Test
  void spreadsConsecutiveIds() {
    Set<ChargeId> ids = new HashSet<>();
    Set<Long> sets = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      ChargeId id = id(Integer.toString(i), "192.0.2.1", 4000, "/a", Phase.RATES, false);
      ids.add(id);
      sets.add(id.low() & 255);
    }

    assertThat(ids).hasSize(20_000);
    assertThat(sets).hasSize(256);
  }

  private static ChargeId id(
      String id, String peer, int port, String target, Phase phase, boolean shadow) {
    return ChargeId.of(
        new RequestContext(
            new RequestLine("GET", target, "h", "https", "HTTP/2"),
            Headers.of(),
            new Peer(IpAddress.parse(peer), port, null),
            id,
            Instant.EPOCH),
        phase,
        shadow);
  }
}
