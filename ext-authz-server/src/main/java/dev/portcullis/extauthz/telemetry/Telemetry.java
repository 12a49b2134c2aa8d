// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.record.DecisionRecord;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.check.CheckObserver;
import dev.portcullis.extauthz.check.UnreadableCheckException;
import dev.portcullis.extauthz.log.LogKeys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts every check and hands the ones to be logged to the decision log. */
public final class Telemetry implements CheckObserver {
  private static final Logger LOG = LoggerFactory.getLogger(Telemetry.class);

  private static final int FRAMES = 6;

  private final DecisionCounters counters;
  private final RouteDirectory routes;
  private final @Nullable DecisionLog log;
  private final @Nullable DecisionRing ring;
  private final Throttle failures;

  /**
   * Puts the parts together.
   *
   * @param log null: decisions are not logged
   * @param ring null: decisions are not kept to be explained
   */
  public Telemetry(
      DecisionCounters counters,
      RouteDirectory routes,
      @Nullable DecisionLog log,
      @Nullable DecisionRing ring) {
    this.counters = counters;
    this.routes = routes;
    this.log = log;
    this.ring = ring;
    this.failures = new Throttle(1_000_000_000L);
  }

  @Override
  public void decided(RequestContext request, Decision decision, long nanos) {
    RouteFacts facts = routes.find(decision.route());
    counters.decided(decision, facts, nanos);
    DecisionLog wanting = log != null && log.wants(decision) ? log : null;
    if (wanting != null || ring != null) {
      DecisionRecord record =
          DecisionRecord.of(request, decision, RouteFacts.redactionOf(facts), nanos);
      if (wanting != null) {
        wanting.add(record);
      }
      if (ring != null) {
        ring.add(record);
      }
    }
  }

  @Override
  public void failed(String id, Throwable cause) {
    counters.internalError();
    if (failures.permits(System.nanoTime())) {
      LOG.atError()
          .addKeyValue(LogKeys.NAME, id)
          .addKeyValue(LogKeys.CAUSE, describe(cause))
          .log("a check failed inside and was refused");
    }
  }

  /** What was thrown and where. Not its message, which may quote the request; ours do not. */
  private static String describe(Throwable cause) {
    if (cause instanceof UnreadableCheckException) {
      return String.valueOf(cause.getMessage());
    }
    StringBuilder text = new StringBuilder(cause.getClass().getName());
    Arrays.stream(cause.getStackTrace())
        .limit(FRAMES)
        .forEach(frame -> text.append(" < ").append(frame));
    return text.toString();
  }

  @Override
  public void foreign(String id, String caller, String route) {
    counters.foreign();
    if (failures.permits(System.nanoTime())) {
      LOG.atWarn()
          .addKeyValue(LogKeys.NAME, id)
          .addKeyValue(LogKeys.PEER, caller)
          .log("a check about a route that is not the caller's was refused");
    }
  }

  @Override
  public void probed() {
    counters.probed();
  }

  @Override
  public void expired(String id) {
    counters.expired();
  }

  @Override
  public void overdue(String id) {
    counters.overdue();
  }
}
