// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import dev.portcullis.fleet.PodName;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.RouteId;
import java.util.OptionalInt;

/**
 * One guarded port of a pod, and what its sidecar has to prove there.
 *
 * @param address of the pod, an IP address
 * @param identity that the sidecar has
 * @param port where the application listens
 * @param listen where the sidecar does
 * @param bypass the port on which the application must not be reached; empty: where the network
 *     redirects, all ways lead to the sidecar
 * @param mutualTls whether the sidecar takes mutual TLS there
 * @param route that it must ask about
 * @param planVersion by which must be decided
 */
public record Gate(
    PodName pod,
    String address,
    SpiffeId identity,
    int port,
    int listen,
    OptionalInt bypass,
    boolean mutualTls,
    RouteId route,
    String planVersion) {

  /** For people: {@code namespace/pod:port}. */
  @Override
  public String toString() {
    return pod + ":" + port;
  }
}
