// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.RouteId;

/** Compiles the authentication of a route; the seam between the pipeline and the methods. */
@FunctionalInterface
public interface AuthenticatorFactory {

  /**
   * Compiles the methods.
   *
   * @throws UnloadablePlanException when they can never work, such as inline keys that are not a
   *     JWKS; the route keeps its former version then
   */
  Authenticator create(RouteId route, AuthenticationSpec spec) throws UnloadablePlanException;
}
