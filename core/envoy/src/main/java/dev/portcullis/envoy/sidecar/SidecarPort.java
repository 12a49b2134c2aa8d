// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.sidecar;

import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.policy.plan.MtlsMode;
import org.jspecify.annotations.Nullable;

/**
 * A port of the application on which it speaks HTTP.
 *
 * @param port where the application listens, 1 to 65535
 * @param listen where the sidecar listens for it; the same in redirect mode
 * @param protocol what the application speaks; clients may speak either
 * @param guard null: no policy speaks for it, and requests pass unasked
 * @param mtls whether callers must, may or cannot show who they are
 */
public record SidecarPort(
    int port, int listen, Protocol protocol, @Nullable RouteGuard guard, MtlsMode mtls)
    implements Comparable<SidecarPort> {

  public SidecarPort {
    inRange(port);
    inRange(listen);
  }

  private static void inRange(int port) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not a port (1 to 65535): " + port);
    }
  }

  /** Names its routes and its listener. */
  public String name() {
    return "inbound/" + port;
  }

  @Override
  public int compareTo(SidecarPort other) {
    return Integer.compare(port, other.port);
  }
}
