// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.Collection;
import java.util.Collections;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What requests can reach: one container port of pods that are alike, which means that they belong
 * to the same workload and that the same Services select them.
 *
 * @param workload null: the pods belong to none that policies can target, or there are no pods, as
 *     behind a gateway
 * @param port name of the container's port; null: it has none
 * @param services each port of a Service that leads here
 */
public record Endpoint(
    String namespace,
    @Nullable Workload workload,
    @Nullable String port,
    SortedSet<ServicePort> services) {

  public Endpoint {
    services = Collections.unmodifiableSortedSet(new TreeSet<>(services));
  }

  /** What stands behind one port of a Service when nothing is known of its pods. */
  public static Endpoint ofService(String namespace, ServicePort port) {
    return new Endpoint(namespace, null, null, new TreeSet<>(Set.of(port)));
  }

  /** A container port of pods. */
  public static Endpoint ofPods(
      String namespace,
      @Nullable Workload workload,
      @Nullable String port,
      Collection<ServicePort> services) {
    return new Endpoint(namespace, workload, port, new TreeSet<>(services));
  }
}
