// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.match.Principal;
import org.jspecify.annotations.Nullable;

/**
 * The other end of the connection that Envoy took the request from.
 *
 * @param address of the connection itself, never from a header
 * @param port 0 to 65535
 * @param principal the verified identity of its certificate; null: it has no certificate, or one
 *     that names no workload
 * @param hop what stands between it and the client
 * @param certificate of a client from outside, validated where a gateway ended its connection;
 *     null: it showed none, or the connection is one between workloads, of which the principal
 *     tells all
 */
public record Peer(
    IpAddress address,
    int port,
    @Nullable Principal principal,
    Hop hop,
    @Nullable ClientCertificate certificate) {

  /** One that showed no certificate but a workload's. */
  public Peer(IpAddress address, int port, @Nullable Principal principal, Hop hop) {
    this(address, port, principal, hop, null);
  }

  /** One that is taken for the client. */
  public Peer(IpAddress address, int port, @Nullable Principal principal) {
    this(address, port, principal, Hop.DIRECT);
  }
}
