// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import java.util.Map;

/** What the operator's stream changes. Called by the plan thread only. */
public interface PlanReceiver {

  /** What is held of a kind: version by name. */
  Map<String, String> held(PlanKind kind);

  /**
   * Takes one response's content. What can be used takes effect before this returns, also when
   * something beside it cannot.
   *
   * @return why a resource could not be used, by its name; empty when all could
   */
  Map<String, String> take(PlanChange change);

  /** Says whether the operator is there. */
  void connected(boolean connected);
}
