// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.ratelimit.Action;
import dev.portcullis.crds.v1alpha1.ratelimit.FloodGuard;
import dev.portcullis.crds.v1alpha1.ratelimit.Limit;
import dev.portcullis.crds.v1alpha1.ratelimit.PlanAllowance;
import dev.portcullis.crds.v1alpha1.ratelimit.Quota;
import dev.portcullis.crds.v1alpha1.ratelimit.Rate;
import dev.portcullis.crds.v1alpha1.ratelimit.Store;
import dev.portcullis.expression.ResultType;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Sharing;
import dev.portcullis.policy.plan.Sharing.Accuracy;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks the limits of a RateLimitPolicy, and finds when each is charged. */
final class LimitsCheck {
  /** What mends a limit that each replica counts alone and should not. */
  private static final String COUNT_TOGETHER =
      "write store: {scope: Cluster}, or run one decision service";

  private static final Duration MIN_PERIOD = Duration.ofSeconds(1);
  private static final Duration MAX_PERIOD = Duration.ofHours(24);
  private static final long MAX_AT_ONCE = 100_000;
  private static final Duration MIN_DELAY = Duration.ofSeconds(1);
  private static final Duration DEFAULT_DELAY = Duration.ofSeconds(1);
  private static final ZoneId UTC = ZoneId.of("UTC");

  private final Scope scope;

  LimitsCheck(Scope scope) {
    this.scope = scope;
  }

  List<LimitSpec> check(List<Limit> limits, @Nullable Store store, FieldPath path) {
    Values.unique(limits, Limit::name, "name", path, scope);
    List<LimitSpec> out = new ArrayList<>();
    for (int i = 0; i < limits.size(); i++) {
      LimitSpec limit = limit(limits.get(i), sharing(store), path.at(i));
      if (limit != null) {
        out.add(limit);
      }
    }
    return out;
  }

  /** Null when there is none. */
  @Nullable FloodGuardSpec floodGuard(@Nullable FloodGuard guard, FieldPath path) {
    if (guard == null) {
      return null;
    }
    if (guard.perAddress() == null
        && guard.total() == null
        && guard.failedCredentialsPerAddress() == null) {
      scope.report(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "a floodGuard needs perAddress, total or failedCredentialsPerAddress",
          "add one of them, or remove floodGuard");
    }
    return new FloodGuardSpec(
        scope.policy(),
        scope.mode(),
        rate(guard.perAddress(), path.field("perAddress")),
        rate(guard.total(), path.field("total")),
        rate(guard.failedCredentialsPerAddress(), path.field("failedCredentialsPerAddress")));
  }

  private Allowance.@Nullable Rate rate(@Nullable Rate rate, FieldPath path) {
    if (rate == null || rate.per() == null) {
      return null;
    }
    Duration per = Values.duration(rate.per(), MIN_PERIOD, MAX_PERIOD, path.field("per"), scope);
    return new Allowance.Rate(rate.requests(), per, burst(rate.burst(), rate.requests()));
  }

  private static @Nullable Sharing sharing(@Nullable Store store) {
    if (store == null || store.scope() == Store.Scope.REPLICA) {
      return null;
    }
    Store.OnStoreFailure reaction = store.onStoreFailure();
    return new Sharing(
        store.accuracy() == Store.Accuracy.LEASED ? Accuracy.LEASED : Accuracy.EXACT,
        reaction == null ? OnStoreFailure.LOCAL_SHARE : Words.plan(reaction));
  }

  private @Nullable LimitSpec limit(Limit limit, @Nullable Sharing sharing, FieldPath path) {
    boolean needsIdentity = limit.key().isEmpty() || !limit.plans().isEmpty();
    List<Expression> key = new ArrayList<>();
    for (int i = 0; i < limit.key().size(); i++) {
      var part = scope.expression(limit.key().get(i), ResultType.KEY_PART, path.field("key").at(i));
      needsIdentity |= part.needsIdentity();
      key.add(part.expression());
    }
    Expression when = null;
    if (limit.when() != null) {
      var condition = scope.expression(limit.when(), ResultType.BOOL, path.field("when"));
      needsIdentity |= condition.needsIdentity();
      when = condition.expression();
    }
    Expression cost = null;
    if (limit.cost() != null) {
      var number = scope.expression(limit.cost(), ResultType.COST, path.field("cost"));
      needsIdentity |= number.needsIdentity();
      cost = number.expression();
    }
    Allowance allowance = allowance(limit, path);
    if (sharing == null) {
      countedByEach(limit, path);
    }
    return allowance == null
        ? null
        : new LimitSpec(
            scope.policy(),
            limit.name(),
            scope.modeOr(limit.mode()),
            key,
            Values.matches(limit.match(), path.field("match"), scope),
            when,
            cost,
            Words.plan(limit.count()),
            allowance,
            plans(limit, allowance, path.field("plans")),
            phase(allowance, needsIdentity),
            sharing,
            maxDelay(limit, allowance, path));
  }

  /**
   * A rate protects, and as many replicas stand as many times as much. But a quota is a promise,
   * and what waits for an end may never hear of it.
   */
  private void countedByEach(Limit limit, FieldPath path) {
    boolean failures = limit.count() == Limit.Count.FAILURES;
    if (failures || limit.concurrency() != null) {
      scope.report(
          DiagnosticCode.ENDS_ARE_TOLD_TO_ONE,
          path.field(failures ? "count" : "concurrency"),
          "each decision service counts this limit alone, and may not hear how its requests end",
          COUNT_TOGETHER);
    } else if (limit.quota() != null) {
      scope.report(
          DiagnosticCode.QUOTA_OF_EACH,
          path.field("quota"),
          "each decision service counts this quota for itself, so two admit twice as many",
          COUNT_TOGETHER);
    }
  }

  /** Null when the limit refuses what is beyond it. */
  private @Nullable Duration maxDelay(Limit limit, Allowance allowance, FieldPath path) {
    if (limit.action() != Action.DELAY) {
      if (limit.maxDelay() != null) {
        scope.report(
            DiagnosticCode.EXACTLY_ONE,
            path.field("maxDelay"),
            "maxDelay goes with action Delay only",
            "add action: Delay, or remove maxDelay");
      }
      return null;
    }
    return switch (allowance) {
      case Allowance.Rate _ ->
          limit.maxDelay() == null
              ? DEFAULT_DELAY
              : Values.duration(
                  limit.maxDelay(), MIN_DELAY, LimitSpec.MAX_DELAY, path.field("maxDelay"), scope);
      case Allowance.Quota _, Allowance.Concurrency _ -> {
        scope.report(
            DiagnosticCode.EXACTLY_ONE,
            path.field("action"),
            "action Delay goes with rate only: nothing else can be waited for",
            "remove action, or write a rate instead");
        yield null;
      }
    };
  }

  private static LimitPhase phase(Allowance allowance, boolean needsIdentity) {
    return switch (allowance) {
      case Allowance.Quota _ -> LimitPhase.QUOTA;
      case Allowance.Rate _, Allowance.Concurrency _ ->
          needsIdentity ? LimitPhase.RATE : LimitPhase.FLOOD;
    };
  }

  private @Nullable Allowance allowance(Limit limit, FieldPath path) {
    Rate rate = limit.rate();
    Quota quota = limit.quota();
    Values.exactlyOne(
        "a limit",
        path,
        scope,
        new Values.Choice("rate", rate != null),
        new Values.Choice("quota", quota != null),
        new Values.Choice("concurrency", limit.concurrency() != null));
    if (limit.concurrency() != null && limit.count() == Limit.Count.FAILURES) {
      scope.report(
          DiagnosticCode.EXACTLY_ONE,
          path.field("count"),
          "what is under way has neither failed nor succeeded",
          "remove count, or write rate or quota instead of concurrency");
    }
    if (rate != null) {
      return rate(rate, path.field("rate"));
    }
    if (quota != null && quota.per() != null) {
      ZoneId zone = zone(quota.timeZone(), path.field("quota").field("timeZone"));
      return new Allowance.Quota(quota.requests(), Words.plan(quota.per()), zone);
    }
    if (limit.concurrency() != null) {
      return new Allowance.Concurrency(limit.concurrency());
    }
    return null;
  }

  private SortedMap<String, Allowance> plans(Limit limit, Allowance base, FieldPath path) {
    SortedMap<String, Allowance> out = new TreeMap<>();
    limit
        .plans()
        .forEach((name, plan) -> {
          if (!name.matches(dev.portcullis.crds.v1alpha1.Names.PLAN) || name.length() > 63) {
            scope.report(
                DiagnosticCode.BAD_FORMAT,
                path.field(name),
                "no plan can be named " + Quote.of(name),
                "write letters, digits, dots, underscores and dashes, at most 63");
          }
          out.put(name, plan(plan, base, path.field(name)));
        });
    return out;
  }

  private Allowance plan(PlanAllowance plan, Allowance base, FieldPath path) {
    return switch (base) {
      case Allowance.Rate(long _, Duration per, long _) ->
          new Allowance.Rate(plan.requests(), per, burst(plan.burst(), plan.requests()));
      case Allowance.Quota(long _, Allowance.Period period, ZoneId zone) -> {
        withoutBurst(plan, path);
        yield new Allowance.Quota(plan.requests(), period, zone);
      }
      case Allowance.Concurrency _ -> {
        withoutBurst(plan, path);
        if (plan.requests() > MAX_AT_ONCE) {
          scope.report(
              DiagnosticCode.OUT_OF_BOUNDS,
              path.field("requests"),
              plan.requests() + " at once are more than the " + MAX_AT_ONCE + " that are counted",
              "write " + MAX_AT_ONCE + " or less");
        }
        yield new Allowance.Concurrency(plan.requests());
      }
    };
  }

  private void withoutBurst(PlanAllowance plan, FieldPath path) {
    if (plan.burst() != null) {
      scope.report(
          DiagnosticCode.EXACTLY_ONE,
          path.field("burst"),
          "burst goes with rate only",
          "remove burst from the plans of other limits");
    }
  }

  /** Without a burst the requests of one period may all come at once. */
  private static long burst(@Nullable Long burst, long requests) {
    return burst == null ? Math.max(0, requests - 1) : burst;
  }

  private ZoneId zone(@Nullable String name, FieldPath path) {
    if (name == null) {
      return UTC;
    }
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      scope.report(
          DiagnosticCode.BAD_TIME_ZONE,
          path,
          "no time zone is named " + Quote.of(name),
          "write a name of the IANA database, such as Europe/Berlin or UTC");
      return UTC;
    }
  }
}
