// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.route;

import dev.portcullis.envoy.Upstream;
import java.util.List;

/** How a listener finds the service that a request is for. */
public enum HostRouting {
  /** There is one service, and it answers whatever the Host. */
  ANY_HOST,
  /**
   * By the names that were given to an upstream, else by those that its Service has in its cluster;
   * any other Host is answered 404.
   */
  SERVICE_NAMES;

  /**
   * The hosts that an upstream answers for. Envoy compares them without case, and strips a port and
   * a trailing dot from what clients send.
   */
  List<String> domains(Upstream upstream) {
    if (!upstream.hosts().isEmpty()) {
      return upstream.hosts();
    }
    String name = upstream.service() + "." + upstream.namespace();
    return switch (this) {
      case ANY_HOST -> List.of("*");
      case SERVICE_NAMES -> List.of(name, name + ".svc", name + ".svc.cluster.local");
    };
  }
}
