// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.portcullis.envoy.HostPort;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Where an operator that listens serves others itself, as it says in its node's metadata: a name
 * server may take half a minute to tell of an operator that has just started.
 */
final class ServedAt {
  private static final String ADDRESS = "address";
  private static final String PORT = "port";

  private ServedAt() {}

  /**
   * Writes it.
   *
   * @param serves where this operator listens; an address that stands for all of the machine's is
   *     replaced by the one that the peer sees
   * @throws IOException when no address leads to the peer
   */
  static Struct write(HostPort serves, InetSocketAddress peer) throws IOException {
    InetAddress address = InetAddress.getByName(serves.host());
    if (address.isAnyLocalAddress()) {
      // Sends nothing: it only asks for the way to the peer.
      try (DatagramSocket way = new DatagramSocket()) {
        way.connect(peer);
        address = way.getLocalAddress();
      }
    }
    return Struct.newBuilder()
        .putFields(ADDRESS, Value.newBuilder().setStringValue(address.getHostAddress()).build())
        .putFields(PORT, Value.newBuilder().setNumberValue(serves.port()).build())
        .build();
  }

  /** Reads it; empty: it is not said, or no address. Asks no name server. */
  static Optional<InetSocketAddress> read(Struct metadata) {
    Value address = metadata.getFieldsOrDefault(ADDRESS, Value.getDefaultInstance());
    double port = metadata.getFieldsOrDefault(PORT, Value.getDefaultInstance()).getNumberValue();
    if (port < 1 || port > 65_535 || port != Math.rint(port)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new InetSocketAddress(InetAddress.ofLiteral(address.getStringValue()), (int) port));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
