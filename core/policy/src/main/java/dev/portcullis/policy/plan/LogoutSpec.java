// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.List;

/**
 * Whose logouts a method obeys.
 *
 * @param clientIds at least one; a logout token is meant for one of them
 */
public record LogoutSpec(List<String> clientIds) {

  public LogoutSpec {
    clientIds = List.copyOf(clientIds);
    if (clientIds.isEmpty()) {
      throw new IllegalArgumentException("logouts of no client");
    }
  }
}
