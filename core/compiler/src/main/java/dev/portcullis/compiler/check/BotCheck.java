// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.BotPolicySpec;
import dev.portcullis.crds.v1alpha1.bot.Allowed;
import dev.portcullis.crds.v1alpha1.bot.Profile;
import dev.portcullis.crds.v1alpha1.bot.Signal;
import dev.portcullis.crds.v1alpha1.bot.Signals;
import dev.portcullis.crds.v1alpha1.bot.Threshold;
import dev.portcullis.policy.plan.BotSpec;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Checks a BotPolicy. */
final class BotCheck {
  private static final int FULL_WEIGHT = 100;

  private BotCheck() {}

  static BotSpec check(BotPolicySpec spec, FieldPath path, Scope scope) {
    FieldPath thresholds = path.field("thresholds");
    Values.unique(spec.thresholds(), Threshold::score, "score", thresholds, scope);
    Allowed allow = spec.allow();
    FieldPath addresses = path.field("allow").field("addresses");
    return new BotSpec(
        scope.policy(),
        scope.mode(),
        Values.matches(spec.match(), path.field("match"), scope),
        profile(spec.profile()),
        weights(spec.signals()),
        spec.exempt(),
        allow == null ? List.of() : Values.ranges(allow.addresses(), addresses, scope),
        allow == null ? List.of() : allow.userAgents(),
        spec.thresholds().stream()
            .filter(threshold -> threshold.action() != null)
            .sorted(Comparator.comparingInt(Threshold::score))
            .map(BotCheck::threshold)
            .toList());
  }

  private static BotSpec.Threshold threshold(Threshold threshold) {
    return new BotSpec.Threshold(
        threshold.score(), Words.plan(threshold.action()), Scope.modeInSection(threshold.mode()));
  }

  private static String profile(Profile profile) {
    return switch (profile) {
      case V1 -> "v1";
    };
  }

  /** Every signal of the profile is on, unless its weight says otherwise. */
  private static SortedMap<String, Integer> weights(@Nullable Signals signals) {
    SortedMap<String, Integer> out = new TreeMap<>();
    put(out, "userAgent", signals == null ? null : signals.userAgent());
    put(out, "headers", signals == null ? null : signals.headers());
    return out;
  }

  private static void put(SortedMap<String, Integer> out, String name, @Nullable Signal signal) {
    Integer own = signal == null ? null : signal.weight();
    int weight = own == null ? FULL_WEIGHT : own;
    if (weight != 0) {
      out.put(name, weight);
    }
  }
}
