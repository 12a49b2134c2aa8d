// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/** Says where the other operators are. Thread-safe; answers at once. */
@FunctionalInterface
public interface PeerAddresses {

  /** The addresses of those that serve; empty: nobody can say. */
  Optional<Set<InetSocketAddress>> listed();
}
