// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.crds.v1alpha1.apipolicy.Algorithm;
import dev.portcullis.crds.v1alpha1.apipolicy.FailureMode;
import dev.portcullis.crds.v1alpha1.apipolicy.MtlsMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Rule;
import dev.portcullis.crds.v1alpha1.bot.Threshold;
import dev.portcullis.crds.v1alpha1.ratelimit.Limit;
import dev.portcullis.crds.v1alpha1.ratelimit.Quota;
import dev.portcullis.crds.v1alpha1.ratelimit.Store;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LegacyHeaders;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.RuleSpec;
import dev.portcullis.policy.plan.Sharing;
import org.jspecify.annotations.Nullable;

/** The words of the custom resources, as the plan says them. */
final class Words {

  private Words() {}

  static Mode plan(dev.portcullis.crds.v1alpha1.Mode mode) {
    return switch (mode) {
      case ENFORCE -> Mode.ENFORCE;
      case SHADOW -> Mode.SHADOW;
    };
  }

  static dev.portcullis.policy.plan.FailureMode plan(FailureMode mode) {
    return switch (mode) {
      case DENY -> dev.portcullis.policy.plan.FailureMode.DENY;
      case ALLOW -> dev.portcullis.policy.plan.FailureMode.ALLOW;
    };
  }

  static dev.portcullis.policy.plan.MtlsMode plan(MtlsMode mode) {
    return switch (mode) {
      case STRICT -> dev.portcullis.policy.plan.MtlsMode.STRICT;
      case PERMISSIVE -> dev.portcullis.policy.plan.MtlsMode.PERMISSIVE;
      case DISABLED -> dev.portcullis.policy.plan.MtlsMode.DISABLED;
    };
  }

  static LimitSpec.Count plan(Limit.@Nullable Count count) {
    return switch (count) {
      case null -> LimitSpec.Count.REQUESTS;
      case REQUESTS -> LimitSpec.Count.REQUESTS;
      case FAILURES -> LimitSpec.Count.FAILURES;
    };
  }

  static Sharing.OnStoreFailure plan(Store.OnStoreFailure reaction) {
    return switch (reaction) {
      case LOCAL_SHARE -> Sharing.OnStoreFailure.LOCAL_SHARE;
      case DENY -> Sharing.OnStoreFailure.DENY;
      case ALLOW -> Sharing.OnStoreFailure.ALLOW;
    };
  }

  static RuleSpec.Effect plan(Rule.Effect effect) {
    return switch (effect) {
      case ALLOW -> RuleSpec.Effect.ALLOW;
      case DENY -> RuleSpec.Effect.DENY;
    };
  }

  static BotSpec.Action plan(Threshold.Action action) {
    return switch (action) {
      case TAG -> BotSpec.Action.TAG;
      case DENY -> BotSpec.Action.DENY;
    };
  }

  static Allowance.Period plan(Quota.Period period) {
    return switch (period) {
      case HOUR -> Allowance.Period.HOUR;
      case DAY -> Allowance.Period.DAY;
      case WEEK -> Allowance.Period.WEEK;
      case MONTH -> Allowance.Period.MONTH;
      case YEAR -> Allowance.Period.YEAR;
    };
  }

  static @Nullable LegacyHeaders plan(
      dev.portcullis.crds.v1alpha1.ratelimit.LegacyHeaders headers) {
    return switch (headers) {
      case NONE -> null;
      case X_RATE_LIMIT -> LegacyHeaders.X_RATE_LIMIT;
    };
  }

  static JwsAlgorithm plan(Algorithm algorithm) {
    return switch (algorithm) {
      case RS256 -> JwsAlgorithm.RS256;
      case RS384 -> JwsAlgorithm.RS384;
      case RS512 -> JwsAlgorithm.RS512;
      case PS256 -> JwsAlgorithm.PS256;
      case PS384 -> JwsAlgorithm.PS384;
      case PS512 -> JwsAlgorithm.PS512;
      case ES256 -> JwsAlgorithm.ES256;
      case ES384 -> JwsAlgorithm.ES384;
      case ES512 -> JwsAlgorithm.ES512;
      case EDDSA -> JwsAlgorithm.EdDSA;
      case HS256 -> JwsAlgorithm.HS256;
      case HS384 -> JwsAlgorithm.HS384;
      case HS512 -> JwsAlgorithm.HS512;
    };
  }
}
