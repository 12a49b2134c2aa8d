// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.policy.identity.SpiffeId;
import java.util.Comparator;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One port of a Service whose pods can prove who they are, so that callers need not trust the
 * network between: all of its pods where callers dial the Service, else those that are named.
 *
 * @param namespace of the Service
 * @param service its name
 * @param port that callers dial: the Service's, or its pods' when it has no address
 * @param addresses under which callers reach it: the Service's own, or its pods' when it has none;
 *     1 to {@value #MAX_ADDRESSES}
 * @param identities of its pods; at least one
 */
public record PeerService(
    String namespace,
    String service,
    int port,
    SortedSet<String> addresses,
    SortedSet<String> identities)
    implements Comparable<PeerService> {
  /** More pods than that behind a Service without an address of its own are not looked at. */
  public static final int MAX_ADDRESSES = 1_000;

  private static final Comparator<PeerService> ORDER =
      Comparator.comparing(PeerService::namespace)
          .thenComparing(PeerService::service)
          .thenComparingInt(PeerService::port);

  public PeerService {
    addresses = new TreeSet<>(addresses);
    identities = new TreeSet<>(identities);
    if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES || identities.isEmpty()) {
      throw new IllegalArgumentException("a peer has addresses and identities");
    }
    for (String address : addresses) {
      if (!new HostPort(address, port).isAddress()) {
        throw new IllegalArgumentException("not an IP address: " + address);
      }
    }
    for (String identity : identities) {
      if (SpiffeId.parse(identity).isEmpty()) {
        throw new IllegalArgumentException("not the id of a workload: " + identity);
      }
    }
  }

  /** Names its cluster. */
  public String name() {
    return "peer/" + namespace + "/" + service + "/" + port;
  }

  @Override
  public int compareTo(PeerService other) {
    return ORDER.compare(this, other);
  }
}
