// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;

/** Learns what became of each check. Must return at once and never throw. */
public interface CheckObserver {

  /**
   * A check was decided.
   *
   * @param nanos from the parsed check to the answer
   */
  void decided(RequestContext request, Decision decision, long nanos);

  /**
   * A check failed inside and was answered with 503.
   *
   * @param id that the client was told
   */
  void failed(String id, Throwable cause);

  /**
   * Somebody asked about a route that it may not ask about, and was answered with 503.
   *
   * @param id that the client was told
   * @param caller who asked
   * @param route as it stood in the check
   */
  void foreign(String id, String caller, String route);

  /** An operator asked whether a gate holds, and was answered. */
  void probed();

  /** A check came when Envoy no longer waited; it was answered with 503, undecided. */
  void expired(String id);

  /** A check took longer than Envoy is ready to wait; it was answered with 503, undecided. */
  void overdue(String id);
}
