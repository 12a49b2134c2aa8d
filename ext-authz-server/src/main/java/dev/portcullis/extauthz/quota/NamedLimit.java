// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.LimitSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * Whoever has no value for the key of a limit is counted by client, subject or address, whatever the
 * key is (see LimitKey). So those can be named for every limit.
 */
/** A limit of the plan, and how its counters are found. */
final class NamedLimit {
  private static final String CLIENT = "auth.client";
  private static final String SUBJECT = "auth.subject";

  private final LimitSpec spec;
  private final Map<String, Meter> meters = new LinkedHashMap<>();
  private final String counters;

  /**
   * Takes a limit of the plan.
   *
   * @throws UnloadablePlanException as for the engine
   */
  NamedLimit(LimitSpec spec) throws UnloadablePlanException {
    this.spec = spec;
    Meter own = Meter.of(spec, spec.allowance());
    this.counters = CounterKey.limit(spec, own);
    meters.put("", own);
    for (Map.Entry<String, Allowance> plan : spec.plans().entrySet()) {
      meters.put(plan.getKey(), Meter.of(spec, plan.getValue()));
    }
  }

  static String name(LimitSpec spec) {
    return spec.source().namespace() + "/" + spec.source().name() + "/" + spec.name();
  }

  /** Whether all replicas count together. */
  boolean isShared() {
    return spec.sharing() != null;
  }

  /** Whether it bounds what is under way, and not what came. */
  boolean isAtOnce() {
    return spec.allowance() instanceof Allowance.Concurrency;
  }

  /** The allowances by plan, that of no plan first, under the empty name. */
  Map<String, Meter> meters() {
    return meters;
  }

  /**
   * The allowance of a plan.
   *
   * @param plan null: that of no plan
   * @throws MalformedTextException when the limit does not know the plan
   */
  Meter meter(@Nullable String plan) throws MalformedTextException {
    Meter found = meters.get(plan == null ? "" : plan);
    if (found == null) {
      throw new MalformedTextException(
          "the limit has no allowance for that plan; leave plan out for its own");
    }
    return found;
  }

  /**
   * The counter of somebody.
   *
   * @throws MalformedTextException when the limit does not count by what was said
   */
  CounterKey key(CounterOwner owner) throws MalformedTextException {
    return switch (owner) {
      case CounterOwner.Client(String name) ->
          isKeyedBy(CLIENT)
              ? CounterKey.computed(counters, List.of(name))
              : CounterKey.client(counters, name);
      case CounterOwner.Subject(var issuer, String name) ->
          isKeyedBy(SUBJECT)
              ? CounterKey.computed(counters, List.of(name))
              : CounterKey.subject(counters, issuer, name);
      case CounterOwner.Address(var address) -> CounterKey.address(counters, address);
      case CounterOwner.Key(List<String> values) -> own(values);
    };
  }

  private boolean isKeyedBy(String expression) {
    return spec.key().size() == 1 && spec.key().getFirst().source().strip().equals(expression);
  }

  private CounterKey own(List<String> values) throws MalformedTextException {
    if (values.size() != spec.key().size()) {
      throw new MalformedTextException(
          spec.key().isEmpty()
              ? "the limit counts by client, subject or address; say one of those"
              : "the key of the limit has "
                  + spec.key().size()
                  + " parts: "
                  + String.join(", ", spec.key().stream().map(Expression::source).toList()));
    }
    if (spec.key().size() == 1 && CounterKey.isAddress(spec.key().getFirst())) {
      return CounterKey.address(counters, CounterOwner.address(values.getFirst()));
    }
    List<String> parts = new ArrayList<>(values.size());
    for (int i = 0; i < values.size(); i++) {
      parts.add(
          CounterKey.isAddress(spec.key().get(i))
              ? CounterKey.site(CounterOwner.address(values.get(i))).toString()
              : values.get(i));
    }
    return CounterKey.computed(counters, parts);
  }
}
