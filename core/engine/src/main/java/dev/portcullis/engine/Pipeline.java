// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Delay;
import dev.portcullis.engine.decision.Outcome;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.phase.Evaluation;
import dev.portcullis.engine.phase.PhaseStep;
import dev.portcullis.engine.phase.Verdict;
import dev.portcullis.engine.plan.RouteProgram;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.match.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * The outcome starts at denied. It becomes allowed in one place only, after every step of the route
 * has said Allow or NotApplicable; a refusal, an Unavailable and an exception each end the run as a
 * refusal. A step that needs more of the thread than it may have suspends the run, which is no
 * outcome yet: whoever takes it goes on with that step, or refuses. So does one that needs the
 * answer of somebody else, which is asked elsewhere. There is no other way out.
 *
 * While a step waits for others, later ones may be run that do not depend on it, to learn whether
 * one of them would ask the same: then both are asked for at once. What they say counts when the
 * step that waits has let the request pass, and as if they had been run then.
 */
/** Runs the steps of a route over one request. */
final class Pipeline {
  /** For one request: one for each method that a route may have. */
  private static final int MAX_INQUIRIES = 32;

  private Pipeline() {}

  static Outcome decide(
      String id,
      RouteProgram.Guarded route,
      RequestContext request,
      Patience patience,
      @Nullable Trace trace) {
    IpAddress client = route.clientAddress().of(request);
    Evaluation evaluation =
        new Evaluation(
            route.id(),
            route.labels(),
            request,
            client,
            route.geo(),
            route.index(),
            patience,
            trace);
    return run(id, route, evaluation, route.owner(), 0, null);
  }

  private static Outcome run(
      String id,
      RouteProgram.Guarded route,
      Evaluation evaluation,
      RuleRef owner,
      int first,
      @Nullable Ahead ahead) {
    RuleRef by = owner;
    List<PhaseStep> steps = route.steps();
    for (int i = first; i < steps.size(); i++) {
      Verdict known = ahead == null ? null : ahead.said(i, evaluation);
      Verdict verdict = known == null ? traced(steps.get(i), evaluation) : known;
      switch (verdict) {
        case Verdict.Allow allow -> by = allow.by();
        case Verdict.NotApplicable _ -> {}
        case Verdict.Waits _ -> {
          return new Run(id, route, evaluation, by, i, null, null);
        }
        case Verdict.Asks(Inquiry inquiry) -> {
          Ahead after = inquiry.takesMore() ? lookAhead(steps, i, inquiry, evaluation) : null;
          return new Run(id, route, evaluation, by, i, inquiry, after);
        }
        case Verdict.Deny deny -> {
          return refused(id, route, evaluation, i, deny.refusal(), deny.headers());
        }
        case Verdict.Unavailable unavailable -> {
          return refused(id, route, evaluation, i, refusal(unavailable), List.of());
        }
      }
    }
    return allowed(id, route, evaluation, by);
  }

  /**
   * What steps say that were run before it is known whether the request comes to them.
   *
   * @param waiting the step before them
   * @param verdicts of the steps that follow it, one each
   * @param findings what they have recorded
   */
  private record Ahead(int waiting, List<Verdict> verdicts, Evaluation.Findings findings) {
    /** What a step said, that the request has come to now; null: it was not run. */
    @Nullable Verdict said(int step, Evaluation evaluation) {
      int place = step - waiting - 1;
      if (place == 0) {
        evaluation.add(findings);
      }
      return place >= 0 && place < verdicts.size() ? verdicts.get(place) : null;
    }
  }

  private static Ahead lookAhead(
      List<PhaseStep> steps, int waiting, Inquiry inquiry, Evaluation evaluation) {
    Evaluation.Findings before = evaluation.setAside();
    List<Verdict> verdicts = new ArrayList<>(1);
    boolean passes = true;
    int i = waiting + 1;
    while (passes && i < steps.size() && steps.get(i).runsAhead()) {
      Verdict verdict = traced(steps.get(i++), evaluation);
      verdicts.add(verdict);
      passes = verdict instanceof Verdict.Allow || verdict instanceof Verdict.NotApplicable;
    }
    if (passes && i < steps.size()) {
      Evaluation.Findings soFar = evaluation.setAside();
      boolean joined = join(steps.get(i), inquiry, evaluation);
      Evaluation.Findings ofIt = evaluation.putBack(soFar);
      if (joined) {
        evaluation.add(ofIt);
      }
    }
    return new Ahead(waiting, verdicts, evaluation.putBack(before));
  }

  private static boolean join(PhaseStep step, Inquiry inquiry, Evaluation evaluation) {
    try {
      return step.join(inquiry, evaluation);
    } catch (RuntimeException | StackOverflowError _) {
      // It asks for itself when the request comes to it, and what goes wrong then refuses it.
      return false;
    }
  }

  private static void notReached(@Nullable Trace trace, List<PhaseStep> steps, int from) {
    if (trace != null) {
      for (int i = from; i < steps.size(); i++) {
        TracedStep.notReached(trace, steps.get(i));
      }
    }
  }

  /** A run that stopped before a step. */
  private record Run(
      String id,
      RouteProgram.Guarded route,
      Evaluation evaluation,
      RuleRef by,
      int step,
      @Nullable Inquiry inquiry,
      @Nullable Ahead ahead)
      implements Suspended {

    @Override
    public Outcome resume() {
      Patience before = evaluation.patience();
      evaluation.patience(inquiry == null ? Patience.COMPUTING : before.after(inquiry));
      return switch (run(id, route, evaluation, by, step, ahead)) {
        case Decision decision -> decision;
        case Suspended again when again.inquiry() == null ->
            again.refuse("it waits for more than this thread can do");
        case Suspended again when evaluation.patience().answered().size() >= MAX_INQUIRIES ->
            again.refuse("it asks others again and again");
        case Suspended again -> again;
      };
    }

    @Override
    public List<Reservation> abandon() {
      route.steps().get(step).abandon(evaluation);
      return evaluation.reservations();
    }

    @Override
    public Decision refuse(String cause) {
      PhaseStep waiting = route.steps().get(step);
      Trace trace = evaluation.trace();
      Verdict verdict =
          trace == null
              ? overdue(waiting, evaluation, cause)
              : TracedStep.overdue(trace, waiting, evaluation, cause);
      return switch (verdict) {
        // What is in shadow mode says nothing, or what goes on without the answer.
        case Verdict.NotApplicable _ ->
            switch (run(id, route, evaluation, by, step + 1, ahead)) {
              case Decision decision -> decision;
              case Suspended again -> again.refuse(cause);
            };
        case Verdict.Unavailable unavailable ->
            refused(id, route, evaluation, step, refusal(unavailable), List.of());
        case Verdict.Deny deny ->
            refused(id, route, evaluation, step, deny.refusal(), deny.headers());
        case Verdict.Allow _, Verdict.Waits _, Verdict.Asks _ -> {
          RuleRef at = new RuleRef(waiting.phase(), null, null);
          Refusal late = refusal(new Verdict.Unavailable(at, cause));
          yield refused(id, route, evaluation, step, late, List.of());
        }
      };
    }
  }

  private static Verdict traced(PhaseStep step, Evaluation evaluation) {
    Trace trace = evaluation.trace();
    return trace == null ? run(step, evaluation) : TracedStep.run(trace, step, evaluation);
  }

  static Verdict run(PhaseStep step, Evaluation evaluation) {
    try {
      return step.decide(evaluation);
    } catch (RuntimeException | StackOverflowError e) {
      return new Verdict.Unavailable(new RuleRef(step.phase(), null, null), place(e));
    }
  }

  static Verdict overdue(PhaseStep step, Evaluation evaluation, String cause) {
    try {
      return step.overdue(evaluation, cause);
    } catch (RuntimeException | StackOverflowError e) {
      return new Verdict.Unavailable(new RuleRef(step.phase(), null, null), place(e));
    }
  }

  /** What was thrown and where; not its message, which may quote the request. */
  private static String place(Throwable thrown) {
    StackTraceElement[] trace = thrown.getStackTrace();
    return thrown.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
  }

  private static Refusal refusal(Verdict.Unavailable unavailable) {
    return new Refusal(
        DenyReason.UNAVAILABLE,
        unavailable.by(),
        DenyReason.UNAVAILABLE.title(),
        unavailable.cause());
  }

  /** The request ends at a step. */
  private static Decision refused(
      String id,
      RouteProgram.Guarded route,
      Evaluation evaluation,
      int step,
      Refusal refusal,
      List<HeaderField> headers) {
    notReached(evaluation.trace(), route.steps(), step + 1);
    List<HeaderField> response = new ArrayList<>(evaluation.limitHeaders(route.legacyHeaders()));
    response.addAll(headers);
    return new Decision(
        id,
        route.id(),
        refusal,
        refusal.by(),
        List.of(),
        List.of(),
        response,
        evaluation.shadow(),
        evaluation.notes(),
        evaluation.score(),
        evaluation.identity(),
        evaluation.validUntil(),
        evaluation.client(),
        null,
        route.audit(),
        evaluation.reservations(),
        evaluation.quotaMarks(),
        null,
        evaluation.trace());
  }

  private static Decision allowed(
      String id, RouteProgram.Guarded route, Evaluation evaluation, RuleRef by) {
    List<HeaderField> upstream = upstream(evaluation);
    List<HeaderField> response = evaluation.limitHeaders(route.legacyHeaders());
    Delay delay = evaluation.delay();
    if (delay != null && evaluation.request().peer().hop() == Hop.BEHIND_GATEWAY) {
      // The gateway would take the time for the service's.
      response = new ArrayList<>(response);
      response.add(
          new HeaderField(CheckNames.ACTED_HEADER, CheckNames.ACTED_HELD + delay.millis()));
    }
    return new Decision(
        id,
        route.id(),
        null,
        by,
        upstream,
        removed(route.identityHeaders(), upstream),
        response,
        evaluation.shadow(),
        evaluation.notes(),
        evaluation.score(),
        evaluation.identity(),
        evaluation.validUntil(),
        evaluation.client(),
        delay,
        route.audit(),
        evaluation.reservations(),
        evaluation.quotaMarks(),
        evaluation.send(),
        evaluation.trace());
  }

  private static List<HeaderField> upstream(Evaluation evaluation) {
    Identity identity = evaluation.identity();
    List<HeaderField> own = evaluation.upstream();
    if (identity == null || identity.upstreamHeaders().isEmpty()) {
      return own;
    }
    if (own.isEmpty()) {
      return identity.upstreamHeaders();
    }
    List<HeaderField> all = new ArrayList<>(identity.upstreamHeaders());
    all.addAll(own);
    return all;
  }

  /** The names that only we may set and this time did not. */
  private static List<String> removed(List<String> names, List<HeaderField> set) {
    if (set.isEmpty()) {
      return names;
    }
    List<String> removed = new ArrayList<>(names.size());
    for (String name : names) {
      if (!isSet(name, set)) {
        removed.add(name);
      }
    }
    return removed;
  }

  private static boolean isSet(String name, List<HeaderField> set) {
    for (HeaderField header : set) {
      if (header.name().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
