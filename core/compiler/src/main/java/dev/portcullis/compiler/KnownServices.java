// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The Services that exist, as far as the caller can tell. */
public sealed interface KnownServices {

  /** Nothing is known, as when files are validated without a cluster: no target is questioned. */
  record Unknown() implements KnownServices {}

  /**
   * All of them.
   *
   * @param ports names of the ports, by Service
   */
  record Listed(Map<ServiceName, Set<String>> ports) implements KnownServices {
    public Listed {
      Map<ServiceName, Set<String>> copy = new TreeMap<>();
      ports.forEach((name, names) -> copy.put(name, Set.copyOf(names)));
      ports = java.util.Collections.unmodifiableMap(copy);
    }
  }
}
