// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.policy.identity.SpiffeId;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

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
    SortedSet<SidecarPort> ports,
    SortedSet<PeerService> peers) {
  /** How many ports of a pod are guarded. */
  public static final int MAX_PORTS = 64;

  /** How many ports of Services one sidecar knows. */
  public static final int MAX_PEERS = 5_000;

  public SidecarSpec {
    extAuthz = List.copyOf(extAuthz);
    ports = new TreeSet<>(ports);
    peers = new TreeSet<>(peers);
    if (extAuthz.isEmpty() || extAuthz.size() > 32) {
      throw new IllegalArgumentException("1 to 32 addresses of the decision service");
    }
    if (ports.size() > MAX_PORTS || peers.size() > MAX_PEERS) {
      throw new IllegalArgumentException(
          "at most " + MAX_PORTS + " ports and " + MAX_PEERS + " peers");
    }
  }
}
