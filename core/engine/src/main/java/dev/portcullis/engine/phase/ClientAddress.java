// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The peer of the connection is the only address that cannot be made up. A header is believed only
 * as far as proxies vouch for it: if the peer is a trusted proxy, then the last entry of
 * X-Forwarded-For is whom it had as its peer; if that one is trusted too, the entry before it, and
 * so on. The first that is not trusted is the client, whatever it wrote further left. An entry that
 * is no address ends the walk at the last address that was vouched for.
 *
 * Whether Envoy itself appended its peer does not matter: that entry is the trusted peer again, and
 * walking over it changes nothing. A gateway of ours that proved to be one vouches like a trusted
 * proxy, whatever its address. Forwarded, X-Real-IP and the like are never read.
 */
/** Finds the address of the client behind trusted proxies. */
public record ClientAddress(CidrSet trusted) {
  private static final int MAX_ENTRIES = 100;

  /** The client's address; the peer's own when the peer is not a trusted proxy. */
  public IpAddress of(RequestContext request) {
    Peer peer = request.peer();
    IpAddress address = peer.address();
    boolean gateway = peer.hop() == Hop.BEHIND_GATEWAY;
    if (!gateway && (trusted.isEmpty() || !trusted.contains(address))) {
      return address;
    }
    List<String> lines = request.headers().all("x-forwarded-for");
    int entries = 0;
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      int end = line.length();
      while (end >= 0) {
        int comma = line.lastIndexOf(',', end - 1);
        String entry = line.substring(comma + 1, end).strip();
        IpAddress vouchedFor = ++entries > MAX_ENTRIES ? null : parse(entry);
        if (vouchedFor == null) {
          return address;
        }
        address = vouchedFor;
        if (!trusted.contains(address) && !(gateway && address.equals(peer.address()))) {
          return address;
        }
        end = comma;
      }
    }
    return address;
  }

  private static @Nullable IpAddress parse(String entry) {
    try {
      return IpAddress.parse(entry);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
