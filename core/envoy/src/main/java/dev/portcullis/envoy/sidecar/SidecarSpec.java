// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.policy.identity.SpiffeId;
import java.util.List;

/**
 * What one sidecar does. The operator makes it from the pod that the sidecar's token names, from
 * Services and from plans; nothing in it is the sidecar's own word.
 *
 * @param extAuthz where the decision service listens; 1 to 32
 * @param decider who the decision service must prove to be
 * @param ports on which the application speaks HTTP; at most {@value #MAX_PORTS}
 * @param peers that it speaks mutual TLS to; at most {@value #MAX_PEERS}
 */
public record SidecarSpec(
    Interception interception,
    List<HostPort> extAuthz,
    SpiffeId decider,
    List<SidecarPort> ports,
    List<PeerService> peers) {
  /** How many ports of a pod are guarded. */
  public static final int MAX_PORTS = 256;

  /** How many ports of Services one sidecar knows. */
  public static final int MAX_PEERS = 5_000;

  public SidecarSpec {
    extAuthz = List.copyOf(extAuthz);
    // Sorted lists and no sorted sets: those would take two ports of one number for equal.
    ports = ports.stream().sorted().toList();
    peers = peers.stream().sorted().toList();
    for (int i = 1; i < ports.size(); i++) {
      if (ports.get(i - 1).port() == ports.get(i).port()) {
        throw new IllegalArgumentException("port " + ports.get(i).port() + " twice");
      }
    }
    if (extAuthz.isEmpty() || extAuthz.size() > 32) {
      throw new IllegalArgumentException("1 to 32 addresses of the decision service");
    }
    if (ports.size() > MAX_PORTS || peers.size() > MAX_PEERS) {
      throw new IllegalArgumentException(
          "at most " + MAX_PORTS + " ports and " + MAX_PEERS + " peers");
    }
  }
}
