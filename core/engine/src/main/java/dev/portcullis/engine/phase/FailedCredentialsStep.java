// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.port.QuotaStore;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.expression.Variable;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/*
 * An address that brings credentials that fail, one after the other, guesses. Looked at before
 * anybody is authenticated, so that a guess beyond the budget costs neither a signature nor a
 * question to an issuer; charged by the authentication that fails. So requests that are under way
 * when the budget ends are answered still: their number is bounded by those that may wait.
 *
 * The budget ends for all requests of the address, also for those with credentials that hold and
 * those without any: to tell them apart is the work that the budget bounds.
 */
/** Refuses addresses that brought too many credentials that fail. */
public final class FailedCredentialsStep implements PhaseStep {
  private static final String NAME = FloodGuardSpec.FAILED_CREDENTIALS;

  private final List<Budget> enforced = new ArrayList<>();
  private final List<Budget> shadowed = new ArrayList<>();
  private final QuotaStore store;

  /** The budget of one policy. */
  private record Budget(RuleRef by, String counters, Meter meter) implements ReportedLimit {
    QuotaLine line(Evaluation evaluation) {
      return new QuotaLine(CounterKey.address(counters, evaluation.client()), meter, 1);
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public @Nullable HeaderField constantPolicy(Meter asked) {
      return null;
    }
  }

  /**
   * Compiles the budgets.
   *
   * @throws UnloadablePlanException when one cannot be counted
   */
  public FailedCredentialsStep(List<FloodGuardSpec> guards, QuotaStore store)
      throws UnloadablePlanException {
    this.store = store;
    for (FloodGuardSpec guard : guards) {
      Allowance.Rate failures = guard.failedCredentialsPerAddress();
      if (failures == null) {
        continue;
      }
      boolean shadow = guard.mode() == Mode.SHADOW;
      PolicyRef source = guard.source();
      (shadow ? shadowed : enforced)
          .add(
              new Budget(
                  new RuleRef(Phase.FLOOD, source, NAME),
                  source.namespace() + "/" + source.name() + "/" + NAME + (shadow ? "#shadow" : ""),
                  Meter.of(failures)));
    }
  }

  @Override
  public Phase phase() {
    return Phase.FLOOD;
  }

  @Override
  public String section() {
    return "floodGuard";
  }

  @Override
  public @Nullable PolicyRef source() {
    return null;
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    evaluation.reads(Variable.SOURCE_ADDRESS);
    for (Budget budget : shadowed) {
      if (!peek(budget, evaluation, true).granted()) {
        evaluation.shadow(budget.by(), DenyReason.RATE_LIMITED);
      }
    }
    for (Budget budget : enforced) {
      QuotaState state = peek(budget, evaluation, false);
      if (!state.granted()) {
        evaluation.limits().add(budget, budget.meter(), state, evaluation.now());
        return Verdict.limited(budget.by(), DenyReason.RATE_LIMITED, state);
      }
    }
    return Verdict.NOT_APPLICABLE;
  }

  private QuotaState peek(Budget budget, Evaluation evaluation, boolean shadow) {
    QuotaState state = store.peek(List.of(budget.line(evaluation)), evaluation.now()).getFirst();
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.look(
          budget.by(),
          shadow,
          state.granted() ? Found.GRANTED : Found.EXHAUSTED,
          state.remaining());
    }
    return state;
  }

  /** The request's credentials fail. */
  void failed(Evaluation evaluation) {
    charge(enforced, evaluation, false);
    charge(shadowed, evaluation, true);
  }

  // What is used up is refused before it gets here, but for what was under way: then no more is
  // charged, and nothing is to be done.
  private void charge(List<Budget> budgets, Evaluation evaluation, boolean shadow) {
    if (!budgets.isEmpty()) {
      List<QuotaLine> lines = budgets.stream().map(budget -> budget.line(evaluation)).toList();
      var _ =
          store.charge(
              ChargeId.of(evaluation.request(), Phase.AUTHENTICATION, shadow),
              lines,
              evaluation.now());
    }
  }
}
