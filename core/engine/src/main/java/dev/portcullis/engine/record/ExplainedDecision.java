// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.record;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** A decision as a decision service tells of it, for programs that decide by themselves. */
public final class ExplainedDecision {
  private ExplainedDecision() {}

  /**
   * The decision with its steps as JSON, redacted as in the log.
   *
   * @param plan of its route; null: the route is not known
   * @param nanos that it took
   */
  public static byte[] json(
      RequestContext request, Decision decision, @Nullable RoutePlan plan, long nanos) {
    Redaction redaction = plan == null ? Redaction.ANY_ROUTE : Redaction.of(plan);
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try {
      DecisionJson.writeExplained(DecisionRecord.of(request, decision, redaction, nanos), out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return out.toByteArray();
  }
}
