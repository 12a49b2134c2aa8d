// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The workloads that exist, as far as the caller can tell. */
public sealed interface KnownWorkloads {

  /** Nothing is known, as when files are validated without a cluster: no target is questioned. */
  record Unknown() implements KnownWorkloads {}

  /**
   * All of them.
   *
   * @param ports names of the containers' ports, by workload
   */
  record Listed(Map<WorkloadName, Set<String>> ports) implements KnownWorkloads {
    public Listed {
      Map<WorkloadName, Set<String>> copy = new HashMap<>();
      ports.forEach((name, names) -> copy.put(name, Set.copyOf(names)));
      ports = Map.copyOf(copy);
    }

    /** Those that pods belong to. */
    static Listed of(Set<Endpoint> endpoints) {
      Map<WorkloadName, Set<String>> ports = new HashMap<>();
      for (Endpoint endpoint : endpoints) {
        Workload workload = endpoint.workload();
        if (workload != null) {
          Set<String> names =
              ports.computeIfAbsent(
                  new WorkloadName(endpoint.namespace(), workload), _ -> new HashSet<>());
          if (endpoint.port() != null) {
            names.add(endpoint.port());
          }
        }
      }
      return new Listed(ports);
    }
  }
}
