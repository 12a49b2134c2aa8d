// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The application's ports of pods in rewrite mode that nobody may reach around the sidecar.
 *
 * <p>A NetworkPolicy can only allow. So one stands for all pods of a namespace whose same ports
 * were moved, and allows every other port, from everywhere: where no other policy isolates these
 * pods it closes the moved ports and changes nothing else.
 *
 * <p>Policies add up. Where another one isolates one of the pods, to allow every other port would
 * open what its author had closed; there ours allows no more than the sidecar is for: the ports
 * behind which it asks somebody, and its own for health and metrics.
 *
 * @param label value of {@value Names#MOVED} that the pods have
 * @param ports of the application, that were moved
 * @param gates where the sidecars listen for those that a policy speaks for
 * @param pods labels of the pods; those of pods that are alike once
 */
public record ClosedPorts(
    String namespace,
    String label,
    SortedSet<Integer> ports,
    SortedSet<Integer> gates,
    Set<Map<String, String>> pods) {
  private static final int LAST = 65_535;

  public ClosedPorts {
    ports = new TreeSet<>(ports);
    gates = new TreeSet<>(gates);
    pods = Set.copyOf(pods);
  }

  /** What the NetworkPolicy is called. */
  public String name() {
    return "portcullis-closes-" + label;
  }

  /**
   * The NetworkPolicy.
   *
   * @param present all policies of the namespace; ours may be among them, and does not count: those
   *     for other labels select none of these pods
   */
  public NetworkPolicy policy(Collection<NetworkPolicy> present) {
    boolean isolated =
        present.stream()
            .filter(policy -> !policy.getMetadata().getName().equals(name()))
            .anyMatch(policy -> Isolation.holds(policy, pods));
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name())
        .withLabels(Map.of("app.kubernetes.io/part-of", "portcullis", Names.MOVED, label))
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .withMatchLabels(Map.of(Names.MOVED, label))
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .addNewIngress()
        .withPorts(isolated ? sidecar() : others())
        .endIngress()
        .endSpec()
        .build();
  }

  private List<NetworkPolicyPort> sidecar() {
    return Stream.concat(Stream.of(Names.HEALTH_PORT), gates.stream())
        .map(port -> range("TCP", port, port))
        .toList();
  }

  private List<NetworkPolicyPort> others() {
    List<NetworkPolicyPort> open = new ArrayList<>();
    int from = 1;
    for (int closed : ports) {
      if (from < closed) {
        open.add(range("TCP", from, closed - 1));
      }
      from = closed + 1;
    }
    if (from <= LAST) {
      open.add(range("TCP", from, LAST));
    }
    open.add(range("UDP", 1, LAST));
    open.add(range("SCTP", 1, LAST));
    return open;
  }

  private static NetworkPolicyPort range(String protocol, int from, int to) {
    NetworkPolicyPortBuilder range =
        new NetworkPolicyPortBuilder().withProtocol(protocol).withPort(new IntOrString(from));
    return from == to ? range.build() : range.withEndPort(to).build();
  }
}
