// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.request.RequestContext;

/** The authentication methods of one route, compiled. Thread-safe; does no I/O. */
@FunctionalInterface
public interface Authenticator {

  /**
   * Finds the request's credentials and verifies them.
   *
   * <p>Never returns null. An exception counts as {@link AuthenticationResult.Unavailable}.
   *
   * @param patience how long the thread may be kept; only without any the answer may be {@link
   *     AuthenticationResult.Waits}; and what was answered of what {@link
   *     AuthenticationResult.Asks} asked
   */
  AuthenticationResult authenticate(RequestContext request, Patience patience);
}
