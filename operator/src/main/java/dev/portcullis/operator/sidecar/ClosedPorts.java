// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.sidecar;

import dev.portcullis.operator.inject.pod.Names;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The application's ports of pods in rewrite mode that nobody may reach around the sidecar.
 *
 * <p>A NetworkPolicy can only allow. So one stands for all pods of a namespace whose same ports
 * were moved, and allows every other port, from everywhere: it closes these and changes nothing
 * else.
 *
 * @param label value of {@value Names#MOVED} that the pods have
 */
public record ClosedPorts(String namespace, String label, SortedSet<Integer> ports) {
  private static final int LAST = 65_535;

  public ClosedPorts {
    ports = new TreeSet<>(ports);
  }

  /** What the NetworkPolicy is called. */
  public String name() {
    return "portcullis-closes-" + label;
  }

  /** The NetworkPolicy. */
  public NetworkPolicy policy() {
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
        .withPorts(open())
        .endIngress()
        .endSpec()
        .build();
  }

  private List<NetworkPolicyPort> open() {
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
