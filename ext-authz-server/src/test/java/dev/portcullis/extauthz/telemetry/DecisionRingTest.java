// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.extauthz.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.record.DecisionRecord;
import dev.portcullis.engine.record.Redaction;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DecisionRingTest {
  private final DecisionRing ring = new DecisionRing(3);

  @Test
  void keepsTheLastOnesWithTheirSteps() {
    Engine engine =
        LocalEngine.traced(
            (_, _) -> null,
            _ -> null,
            Map.of(),
            _ -> {
              throw new IOException("nobody is asked");
            },
            GeoSource.NONE,
            AddressLists.NONE,
            Revocations.NONE);
    engine.replace(List.of(Plans.open("shop/orders")));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Decision decision = engine.decide("shop/orders", request());
      ids.add(decision.id());
      ring.add(DecisionRecord.of(request(), decision, Redaction.ANY_ROUTE, 1_000));
    }
    assertThat(ring.find(ids.get(0))).isNull();
    assertThat(ring.find(ids.get(1))).isNull();
    for (String id : ids.subList(2, 5)) {
      byte[] found = ring.find(id);
      assertThat(found).isNotNull();
      assertThat(new String(found, StandardCharsets.UTF_8))
          .contains("\"decisionId\":\"" + id + "\"", "\"section\":\"protocol\"")
          .doesNotContain("swordfish");
    }
  }

  private static RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.shop", "https", "HTTP/2"),
        Headers.of("authorization", "Bearer swordfish"),
        new Peer(IpAddress.parse("192.0.2.7"), 1, null),
        "815",
        Instant.parse("2026-11-21T12:00:00Z"));
  }
}
