// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.request.Hop;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.match.Principal;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may say that a request comes for somebody else. */
final class CallerTest {
  private static final SpiffeId GATEWAY = new SpiffeId("cluster.local", "edge", "gateway");
  private static final SpiffeId ORDERS = new SpiffeId("cluster.local", "shop", "orders");
  private static final Principal NEIGHBOUR =
      new Principal("spiffe://cluster.local/ns/edge/sa/gateway2");

  private final Principal gateway = new Principal(GATEWAY.toString());

  @Test
  void aGatewaysClientsAreOutside() {
    Caller caller = Caller.gateway(GATEWAY);
    assertThat(caller.hop(null)).isEqualTo(Hop.AT_GATEWAY);
    assertThat(caller.hop(gateway)).isEqualTo(Hop.AT_GATEWAY);
  }

  @Test
  void aSidecarKnowsAGatewayByItsCertificateAndNobodyElse() {
    Caller caller = Caller.sidecar(ORDERS, Set.of(gateway));
    assertThat(caller.hop(gateway)).isEqualTo(Hop.BEHIND_GATEWAY);
    assertThat(caller.hop(NEIGHBOUR)).isEqualTo(Hop.DIRECT);
    assertThat(caller.hop(null)).isEqualTo(Hop.DIRECT);
  }

  @Test
  void withoutCertificatesNobodyIsAGateway() {
    assertThat(Caller.ANYBODY.hop(gateway)).isEqualTo(Hop.DIRECT);
    assertThat(Caller.NOBODY.hop(gateway)).isEqualTo(Hop.DIRECT);
  }
}
