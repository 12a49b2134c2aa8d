// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.policy.identity.SpiffeId;
import java.util.List;

/**
 * What all sidecars have in common.
 *
 * @param extAuthz where they find the decision service
 * @param decider who it must prove to be; its trust domain is everybody's
 */
public record MeshSettings(List<HostPort> extAuthz, SpiffeId decider) {

  public MeshSettings {
    extAuthz = List.copyOf(extAuthz);
  }
}
