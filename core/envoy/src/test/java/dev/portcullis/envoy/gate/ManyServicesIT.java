// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One gateway serves 1 000 services, and an edit of one reaches it soon. */
final class ManyServicesIT {
  private static final int COUNT = 1_000;

  @TempDir Path directory;

  @Test
  void servesEachAndFollowsAnEdit() throws IOException {
    try (ScriptedAuthz authz = new ScriptedAuthz(FreePorts.next());
        EchoUpstream upstream = new EchoUpstream()) {
      List<Upstream> services = new ArrayList<>();
      List<RoutePlan> plans = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        services.add(
            new Upstream("shop", "s" + i, null, Gate.loopback(upstream.port()), Protocol.HTTP1));
        plans.add(Plans.guarded("shop/s" + i, FailureMode.DENY));
      }
      try (Gate gate =
          Gate.open(directory, List.of(Gate.loopback(authz.port())), services, plans)) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> gate.get("s0.shop", "/", "").startsWith("HTTP/1.1 200"));
        authz.answer(ScriptedAuthz.ALLOW);
        gate.get("s999.shop.svc", "/", "");
        assertThat(authz.asked().getFirst().getAttributes().getContextExtensionsMap())
            .containsEntry(CheckNames.ROUTE, "shop/s999");

        plans.set(500, Plans.withBody("shop/s500", FailureMode.DENY, 1));
        gate.edit(plans);
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() -> post(gate, "s500.shop").startsWith("HTTP/1.1 413"));
        assertThat(post(gate, "s501.shop")).startsWith("HTTP/1.1 200");
      }
    }
  }

  private static String post(Gate gate, String host) throws IOException {
    return RawClient.exchange(
        gate.port(), "POST / HTTP/1.1\r\nhost: " + host + "\r\ncontent-length: 2\r\n\r\nxx");
  }
}
