// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.CorsSpec;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.FloodGuardSpec;
import dev.portcullis.policy.plan.GeoSpec;
import dev.portcullis.policy.plan.LegacyHeaders;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.TransportSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a policy that compiled demands of its targets, in the terms of the plan. */
public sealed interface Content {

  /** Whether it acts, or only records. */
  Mode mode();

  /** The expressions, by what the routes must have for them to make sense. */
  List<ExpressionUse> expressions();

  /**
   * An expression and what it reads.
   *
   * @param text quoted, for messages
   */
  record ExpressionUse(
      FieldPath path, boolean readsBot, boolean readsAuth, boolean readsLabels, String text) {}

  /**
   * Sections of an ApiPolicy; null where it has none.
   *
   * @param trustedProxies null: it says nothing of them
   * @param ipAccess the request section with nothing but addresses; its lists in ConfigMaps still
   *     lack their hashes
   * @param request the request section without addresses
   * @param authentication where a method takes keys from a Secret, its reference still lacks the
   *     hash; see {@link SecretUse}
   */
  record OfApi(
      Mode mode,
      FailureMode failureMode,
      @Nullable TransportSpec transport,
      @Nullable List<Cidr> trustedProxies,
      @Nullable RequestSpec ipAccess,
      @Nullable RequestSpec request,
      @Nullable GeoSpec geo,
      @Nullable CorsSpec cors,
      @Nullable AuthenticationSpec authentication,
      @Nullable AuthorizationSpec authorization,
      @Nullable AuditSpec audit,
      List<ExpressionUse> expressions,
      List<SecretUse> secrets,
      Map<String, FieldPath> selectors)
      implements Content {

    public OfApi {
      expressions = List.copyOf(expressions);
      secrets = List.copyOf(secrets);
      selectors = Map.copyOf(selectors);
    }

    /** The same sections with another authentication. */
    public OfApi with(AuthenticationSpec other) {
      return with(ipAccess, other);
    }

    /** The same sections with other addresses. */
    public OfApi with(RequestSpec other) {
      return with(other, authentication);
    }

    private OfApi with(@Nullable RequestSpec addresses, @Nullable AuthenticationSpec methods) {
      return new OfApi(
          mode,
          failureMode,
          transport,
          trustedProxies,
          addresses,
          request,
          geo,
          cors,
          methods,
          authorization,
          audit,
          expressions,
          secrets,
          selectors);
    }
  }

  /**
   * A method that takes its keys from a Secret of the policy's namespace.
   *
   * @param method name of the method
   */
  record SecretUse(String method, String name, String key, FieldPath path) {}

  /**
   * The limits of a RateLimitPolicy.
   *
   * @param legacyHeaders null: it wants none
   * @param floodGuard null: it has none
   * @param overload null: it has none
   */
  record OfRateLimit(
      Mode mode,
      @Nullable LegacyHeaders legacyHeaders,
      List<LimitSpec> limits,
      @Nullable FloodGuardSpec floodGuard,
      @Nullable OverloadSpec overload,
      List<ExpressionUse> expressions)
      implements Content {

    public OfRateLimit {
      limits = List.copyOf(limits);
      expressions = List.copyOf(expressions);
    }
  }

  /** The scoring of a BotPolicy. */
  record OfBot(BotSpec bot) implements Content {
    @Override
    public Mode mode() {
      return bot.mode();
    }

    @Override
    public List<ExpressionUse> expressions() {
      return List.of();
    }
  }
}
