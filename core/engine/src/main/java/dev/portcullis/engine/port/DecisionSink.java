// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;

/** Takes decisions for logs, metrics and analysis. Must return at once and never throw. */
@FunctionalInterface
public interface DecisionSink {

  /** Takes one decision; both arguments are immutable and may be kept. */
  void accept(RequestContext request, Decision decision);
}
