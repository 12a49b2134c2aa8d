// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.RouteId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** Sidecars of pods with a port of each kind, and of one with nothing to guard. */
final class SidecarSpecs {
  private static final SpiffeId DECIDER =
      new SpiffeId("cluster.local", "portcullis-system", "ext-authz");

  private SidecarSpecs() {}

  static Map<String, SidecarSpec> all() {
    Map<String, SidecarSpec> specs = new TreeMap<>();
    specs.put("redirect", everything(Interception.REDIRECT));
    specs.put("redirect-nothing", spec(Interception.REDIRECT, List.of(), List.of()));
    specs.put("rewrite", everything(Interception.REWRITE));
    return specs;
  }

  private static SidecarSpec everything(Interception interception) {
    boolean moved = interception == Interception.REWRITE;
    return spec(
        interception,
        List.of(
            new SidecarPort(
                8080,
                moved ? 20_000 : 8080,
                Protocol.HTTP1,
                new RouteGuard(
                    new RouteId("shop/orders/http"),
                    FailureMode.DENY,
                    false,
                    OptionalLong.of(65_536),
                    null,
                    List.of(),
                    true,
                    false,
                    new TreeSet<>(List.of("x-user-id"))),
                MtlsMode.STRICT),
            new SidecarPort(
                8081,
                moved ? 20_001 : 8081,
                Protocol.HTTP2,
                new RouteGuard(
                    new RouteId("shop/orders/grpc"),
                    FailureMode.ALLOW,
                    false,
                    OptionalLong.empty(),
                    null,
                    List.of(),
                    true,
                    false,
                    new TreeSet<>()),
                MtlsMode.PERMISSIVE),
            new SidecarPort(8082, moved ? 20_002 : 8082, Protocol.HTTP1, null, MtlsMode.DISABLED)),
        List.of(
            peer("payments", 80, "10.96.0.7"),
            peer("payments", 8443, "10.96.0.7"),
            peer("ledger", 9000, "fd00::7")));
  }

  private static PeerService peer(String service, int port, String address) {
    return new PeerService(
        "bank",
        service,
        port,
        new TreeSet<>(List.of(address)),
        new TreeSet<>(List.of("spiffe://cluster.local/ns/bank/sa/" + service)));
  }

  private static SidecarSpec spec(
      Interception interception, List<SidecarPort> ports, List<PeerService> peers) {
    return new SidecarSpec(
        interception,
        List.of(new HostPort("ext-authz.portcullis-system.svc.cluster.local", 9001)),
        DECIDER,
        ports,
        peers);
  }
}
