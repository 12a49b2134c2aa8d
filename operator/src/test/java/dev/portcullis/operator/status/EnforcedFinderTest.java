// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.ServicePort;
import dev.portcullis.compiler.TargetName;
import dev.portcullis.compiler.Workload;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.fleet.PodName;
import dev.portcullis.fleet.UnprotectedPod;
import dev.portcullis.fleet.UnprotectedPod.Reason;
import dev.portcullis.operator.probe.Enforcement;
import dev.portcullis.operator.probe.Gate;
import dev.portcullis.operator.probe.GateState;
import dev.portcullis.operator.probe.ProbeOutcome;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What is said of gates, the worst first, and never more than is known. */
final class EnforcedFinderTest {
  private static final TargetName SERVICE =
      new TargetName(TargetRef.Kind.SERVICE, "shop", "orders", null);
  private static final RouteId ROUTE = RouteId.of("shop", "orders", null);
  private static final Finding PROGRAMMED = Finding.yes("Programmed", "1 proxy runs it");

  private final Map<Gate, GateState> gates = new HashMap<>();
  private final List<UnprotectedPod> unprotected = new ArrayList<>();

  @Test
  void isTrueWhenEveryGateHolds() {
    gates.put(gate("a"), new GateState.Held());
    gates.put(gate("b"), new GateState.Held());
    assertThat(words()).isEqualTo("TRUE ProbeHeld: 2 gates hold");
  }

  @Test
  void isNeverTrueOfWhatIsNotProgrammed() {
    gates.put(gate("a"), new GateState.Held());
    for (Finding other :
        List.of(
            Finding.no("Programmed", "Pending", "waits"),
            Finding.unknown("Programmed", "NoProxies", "none"))) {
      assertThat(words(other)).startsWith("UNKNOWN NotProgrammed");
    }
  }

  @Test
  void isUnknownWhereNothingCanBeProbed() {
    assertThat(words()).startsWith("UNKNOWN NoProbe: only gateways guard Service shop/orders");
    gates.put(gate("a"), new GateState.Pending());
    assertThat(words()).isEqualTo("UNKNOWN ProbePending: waits for the probe of shop/a:8080");
  }

  @Test
  void namesAFewOfThoseThatFail() {
    gates.put(gate("held"), new GateState.Held());
    gates.put(gate("later"), new GateState.Pending());
    for (int i = 0; i < 7; i++) {
      gates.put(gate("p" + i), failed(new ProbeOutcome.NoGate("status 200")));
    }
    assertThat(words())
        .startsWith("FALSE ProbeFailed: shop/p0:8080 was answered by something else than its gate")
        .endsWith("and 2 more");
    gates.keySet().removeIf(gate -> gate.pod().name().startsWith("p"));
    gates.put(gate("open"), failed(new ProbeOutcome.Bypassable(8080)));
    assertThat(words())
        .startsWith("FALSE Bypassable: shop/open:8080 can be reached on port 8080 without it;")
        .contains("NetworkPolicy");
  }

  @Test
  void isFalseWhenAPodOfTheTargetHasNoSidecar() {
    gates.put(gate("a"), new GateState.Held());
    unprotected.add(bare("shop", "carts", Reason.NO_SIDECAR));
    unprotected.add(bare("bank", "orders", Reason.NO_SIDECAR));
    unprotected.add(bare("shop", "orders", Reason.NO_POLICY));
    assertThat(words()).startsWith("TRUE");
    unprotected.add(bare("shop", "orders", Reason.NO_SIDECAR));
    assertThat(words())
        .startsWith("FALSE Unprotected: requests reach pods without a sidecar: shop/orders-1;");
  }

  @Test
  void knowsWhoseAPodIs() {
    UnprotectedPod pod = bare("shop", "orders", Reason.NO_SIDECAR);
    TargetRef.Kind service = TargetRef.Kind.SERVICE;
    TargetRef.Kind deployment = TargetRef.Kind.DEPLOYMENT;
    assertThat(
            Set.of(
                TargetName.ofNamespace("shop"),
                SERVICE,
                new TargetName(service, "shop", "orders", "http"),
                new TargetName(deployment, "shop", "orders", null),
                new TargetName(deployment, "shop", "orders", "web")))
        .allMatch(pod::isPartOf);
    assertThat(
            Set.of(
                TargetName.ofNamespace("bank"),
                new TargetName(service, "shop", "orders", "grpc"),
                new TargetName(service, "shop", "carts", null),
                new TargetName(TargetRef.Kind.STATEFUL_SET, "shop", "orders", null),
                new TargetName(deployment, "shop", "orders", "http")))
        .noneMatch(pod::isPartOf);
  }

  private String words() {
    return words(PROGRAMMED);
  }

  private String words(Finding programmed) {
    SortedMap<TargetName, SortedSet<RouteId>> targets = new TreeMap<>();
    targets.put(SERVICE, new TreeSet<>(Set.of(ROUTE)));
    Finding found = new EnforcedFinder(new Enforcement(gates, fleet())).of(programmed, targets);
    assertThat(found.type()).isEqualTo("Enforced");
    return found.status() + " " + found.reason() + ": " + found.message();
  }

  private FleetPlan fleet() {
    return new FleetPlan(new TreeMap<>(), new TreeMap<>(), List.of(), unprotected, new TreeMap<>());
  }

  private static GateState failed(ProbeOutcome outcome) {
    return new GateState.Failed(outcome);
  }

  private static UnprotectedPod bare(String namespace, String name, Reason reason) {
    Workload workload = new Workload(TargetRef.Kind.DEPLOYMENT, name);
    return new UnprotectedPod(
        new PodName(namespace, name + "-1", "uid"),
        reason,
        "Deployment " + namespace + "/" + name,
        Set.of(
            Endpoint.ofPods(namespace, workload, "web", List.of(new ServicePort(name, "http")))));
  }

  private static Gate gate(String pod) {
    return new Gate(
        new PodName("shop", pod, "uid-" + pod),
        "10.0.0.1",
        new SpiffeId("cluster.local", "shop", "orders"),
        8080,
        8080,
        OptionalInt.empty(),
        true,
        ROUTE,
        "v1");
  }
}
