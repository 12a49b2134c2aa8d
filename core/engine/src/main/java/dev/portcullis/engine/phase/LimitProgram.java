// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Trace;
import dev.portcullis.engine.decision.Trace.Found;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.GivenBack;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.path.PathIndex;
import dev.portcullis.engine.path.RequestMatcher;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.expression.CompiledExpression;
import dev.portcullis.expression.EvaluationException;
import dev.portcullis.expression.Stage;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.Accuracy;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One limit, compiled: which requests it counts, on whose counter, and how much that may have. */
final class LimitProgram implements ReportedLimit {
  private final LimitSpec spec;
  private final RuleRef by;
  private final RequestMatcher matcher;
  private final @Nullable CompiledExpression when;
  private final @Nullable CompiledExpression cost;
  private final LimitKey key;
  private final Meter meter;
  private final @Nullable HeaderField constantPolicy;
  private final Map<String, Meter> plans = new HashMap<>();

  LimitProgram(LimitSpec spec, PathIndex.Builder index) throws UnloadablePlanException {
    Stage stage = spec.phase() == LimitPhase.FLOOD ? Stage.FLOOD : Stage.IDENTIFIED;
    this.spec = spec;
    this.by = new RuleRef(phase(spec.phase()), spec.source(), spec.name());
    this.matcher = RequestMatcher.lenient(spec.match(), index);
    this.when = Expressions.condition(spec.when(), stage);
    this.cost = Expressions.cost(spec.cost(), stage);
    this.meter = Meter.of(spec, spec.allowance());
    this.constantPolicy =
        switch (spec.allowance()) {
          case Allowance.Rate _ ->
              new HeaderField(
                  LimitReport.POLICY,
                  '"'
                      + spec.name()
                      + '"'
                      + LimitReport.policyParameters(meter, meter.windowSeconds(0)));
          case Allowance.Quota _, Allowance.Concurrency _ -> null;
        };
    this.key = new LimitKey(CounterKey.limit(spec, meter), spec.key(), stage);
    for (Map.Entry<String, Allowance> plan : spec.plans().entrySet()) {
      Meter other = Meter.of(spec, plan.getValue());
      if (!other.kind().equals(meter.kind())) {
        throw new UnloadablePlanException(
            "limit " + spec.name() + ": plan " + plan.getKey() + " counts otherwise");
      }
      plans.put(plan.getKey(), other);
    }
  }

  private static Phase phase(LimitPhase phase) {
    return switch (phase) {
      case FLOOD -> Phase.FLOOD;
      case RATE -> Phase.RATES;
      case QUOTA -> Phase.QUOTAS;
    };
  }

  /** The counter that the request is charged to; null when the limit does not count it. */
  @Nullable QuotaLine line(Evaluation evaluation) {
    if (!applies(evaluation)) {
      return null;
    }
    Meter meter = meter(evaluation.identity());
    return new QuotaLine(key.of(evaluation), meter, cost(evaluation, meter), givenBack());
  }

  /**
   * The counter that a request is charged to which cannot be counted together with those of other
   * replicas.
   */
  static QuotaLine share(QuotaLine line, int replicas) {
    Meter share = line.meter().share(replicas);
    return new QuotaLine(
        line.key(), share, Math.min(line.cost(), share.capacity()), line.givenBack());
  }

  private GivenBack givenBack() {
    if (spec.allowance() instanceof Allowance.Concurrency) {
      return GivenBack.AT_THE_END;
    }
    return switch (spec.count()) {
      case REQUESTS -> GivenBack.NEVER;
      case FAILURES -> GivenBack.ON_SUCCESS;
    };
  }

  /**
   * What the request is charged. One that costs more than the limit ever holds costs all of it, or
   * it could never pass. An error costs the most: else a value that we cannot read and the API can
   * would make requests cheap.
   */
  private long cost(Evaluation evaluation, Meter meter) {
    long wanted = 1;
    if (cost != null) {
      try {
        wanted = Math.clamp(cost.number(evaluation), 1, LimitSpec.MAX_COST);
      } catch (EvaluationException e) {
        evaluation.note("cost of limit " + spec.name() + ": " + e.getMessage());
        wanted = LimitSpec.MAX_COST;
      }
    }
    return Math.min(wanted, meter.capacity());
  }

  private boolean applies(Evaluation evaluation) {
    if (!evaluation.fits(matcher)) {
      return notCounted(evaluation, Found.OTHER_REQUEST, null);
    }
    if (when == null) {
      return true;
    }
    try {
      return when.test(evaluation) || notCounted(evaluation, Found.CONDITION_FALSE, when.source());
    } catch (EvaluationException e) {
      evaluation.note("limit " + spec.name() + ": " + e.getMessage());
      return true;
    }
  }

  private boolean notCounted(Evaluation evaluation, Found why, @Nullable String condition) {
    Trace trace = evaluation.trace();
    if (trace != null) {
      trace.look(by, isShadow(), why, condition);
    }
    return false;
  }

  /** Notes how the limit stands. */
  void trace(Evaluation evaluation, QuotaState state) {
    Trace trace = evaluation.trace();
    if (trace != null) {
      Found found = state.delay() > 0 ? Found.DELAYS : Found.GRANTED;
      trace.look(by, isShadow(), state.granted() ? found : Found.EXHAUSTED, state.remaining());
    }
  }

  private Meter meter(@Nullable Identity identity) {
    String plan = identity == null ? null : identity.plan();
    return plan == null ? meter : plans.getOrDefault(plan, meter);
  }

  @Override
  public @Nullable HeaderField constantPolicy(Meter asked) {
    return asked.equals(meter) ? constantPolicy : null;
  }

  @Override
  public String name() {
    return spec.name();
  }

  /** Whether all replicas count together. */
  boolean isShared() {
    return spec.sharing() != null;
  }

  /** What becomes of requests that cannot be counted together; only of a limit that is shared. */
  OnStoreFailure onStoreFailure() {
    return sharing().onStoreFailure();
  }

  /**
   * Whether some of it may be leased; only of a limit that is shared. A lease is a part of what may
   * come at once, and who is to be held has no part of that.
   */
  boolean isLeased() {
    return sharing().accuracy() == Accuracy.LEASED
        && spec.maxDelay() == null
        && givenBack() == GivenBack.NEVER;
  }

  private Sharing sharing() {
    Sharing sharing = spec.sharing();
    if (sharing == null) {
      throw new IllegalStateException("limit " + spec.name() + " is not shared");
    }
    return sharing;
  }

  boolean isShadow() {
    return spec.mode() == Mode.SHADOW;
  }

  /** Whether it is a number of requests per period of the calendar. */
  boolean isQuota() {
    return spec.allowance() instanceof Allowance.Quota;
  }

  Mode mode() {
    return spec.mode();
  }

  LimitPhase phase() {
    return spec.phase();
  }

  RuleRef by() {
    return by;
  }

  DenyReason reason() {
    return switch (spec.allowance()) {
      case Allowance.Rate _ -> DenyReason.RATE_LIMITED;
      case Allowance.Quota _ -> DenyReason.QUOTA_EXHAUSTED;
      case Allowance.Concurrency _ -> DenyReason.CONCURRENCY_EXCEEDED;
    };
  }
}
