// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.RouteId;
import org.jspecify.annotations.Nullable;

/**
 * What a policy claims to guard.
 *
 * @param section name of a port; null: all of the Service
 * @param path where the policy says so
 */
public record Target(String namespace, String service, @Nullable String section, FieldPath path) {

  /** The route that stands for it. */
  public RouteId route() {
    return RouteId.of(namespace, service, section);
  }
}
