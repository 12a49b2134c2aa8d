// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.RouteId;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SidecarSpecTest {
  private static final RouteGuard GUARD =
      new RouteGuard(
          new RouteId("shop/orders"),
          FailureMode.DENY,
          false,
          OptionalLong.empty(),
          null,
          List.of(),
          true,
          false,
          new TreeSet<>());

  /** A policy that comes changes nothing of a pod but the guard of a port. */
  @Test
  void differsByWhatGuardsAPort() {
    assertThat(spec(port(8080, GUARD))).isNotEqualTo(spec(port(8080, null)));
  }

  @Test
  void doesNotDependOnTheOrderOfPorts() {
    assertThat(spec(port(8081, GUARD), port(8080, null)))
        .isEqualTo(spec(port(8080, null), port(8081, GUARD)));
  }

  @Test
  void refusesAPortTwice() {
    assertThatThrownBy(() -> spec(port(8080, GUARD), port(8080, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8080");
  }

  private static SidecarPort port(int number, @Nullable RouteGuard guard) {
    return new SidecarPort(number, number, Protocol.HTTP1, guard, MtlsMode.PERMISSIVE);
  }

  private static SidecarSpec spec(SidecarPort... ports) {
    return new SidecarSpec(
        Interception.REDIRECT,
        List.of(new HostPort("ext-authz", 9001)),
        new SpiffeId("cluster.local", "portcullis-system", "ext-authz"),
        List.of(ports),
        List.of());
  }
}
