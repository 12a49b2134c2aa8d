// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.request;

/**
 * What stands between a client and the Envoy that asks about its request, as certificates prove.
 */
public enum Hop {
  /** Nothing that is known: the other end of the connection is taken for the client. */
  DIRECT,
  /**
   * A gateway asks: the client comes from outside of the mesh and has no identity to show. That the
   * way on to the application is mutual TLS, where that is demanded, is the gateway's to see to,
   * and the application's sidecar's to check.
   */
  AT_GATEWAY,
  /** The other end of the connection is a gateway: X-Forwarded-For says whom it had there. */
  BEHIND_GATEWAY
}
