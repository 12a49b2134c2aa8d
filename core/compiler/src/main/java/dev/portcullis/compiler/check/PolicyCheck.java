// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.BotPolicySpec;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.RateLimitPolicySpec;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks one policy by itself. Pure: equal revisions give equal results. */
public final class PolicyCheck {
  private final PolicyRef policy;
  private final String installation;
  private final Expressions expressions;

  private PolicyCheck(PolicyRef policy, String installation, Expressions expressions) {
    this.policy = policy;
    this.installation = installation;
    this.expressions = expressions;
  }

  /** Checks what a policy says now. */
  public static CheckedPolicy current(
      PolicySource source, String installation, Expressions expressions) {
    return new PolicyCheck(source.ref(), installation, expressions)
        .check(source.spec(), source.findings());
  }

  /** Checks what it may fall back on. */
  public static CheckedPolicy fallback(
      PolicySource source, LastAccepted accepted, String installation, Expressions expressions) {
    return new PolicyCheck(source.ref(), installation, expressions)
        .check(accepted.spec(), List.of());
  }

  private CheckedPolicy check(@Nullable PolicySpec spec, List<Finding> read) {
    Findings findings = new Findings();
    read.forEach(findings::add);
    if (spec == null || findings.hasError()) {
      if (!findings.hasError()) {
        findings.add(DiagnosticCode.FIELD_REQUIRED, FieldPath.SPEC, "spec is required", "add spec");
      }
      List<Target> targets = spec == null ? List.of() : targets(spec, new Findings());
      return new CheckedPolicy(targets, findings.list(), null);
    }
    List<Target> targets = targets(spec, findings);
    new SpecBounds(findings).check((Record) spec, FieldPath.SPEC);
    // What follows takes required fields for granted.
    Content content =
        findings.hasError()
            ? null
            : content(spec, new Scope(policy, Words.plan(spec.mode()), findings, expressions));
    return new CheckedPolicy(targets, findings.list(), findings.hasError() ? null : content);
  }

  private List<Target> targets(PolicySpec spec, Findings findings) {
    return TargetsCheck.check(policy.namespace(), installation, spec, findings);
  }

  private static Content content(PolicySpec spec, Scope scope) {
    FieldPath path = FieldPath.SPEC;
    return switch (spec) {
      case ApiPolicySpec api -> api(api, path, scope);
      case RateLimitPolicySpec limits -> {
        if (limits.limits().isEmpty() && limits.floodGuard() == null && limits.overload() == null) {
          scope.report(
              DiagnosticCode.FIELD_REQUIRED,
              path,
              "a RateLimitPolicy needs limits, a floodGuard or overload",
              "add one of them");
        }
        LimitsCheck check = new LimitsCheck(scope);
        var specs = check.check(limits.limits(), limits.store(), path.field("limits"));
        var guard = check.floodGuard(limits.floodGuard(), path.field("floodGuard"));
        var legacy = Words.plan(limits.legacyHeaders());
        var overload = OverloadCheck.check(limits.overload(), path.field(OverloadSpec.NAME), scope);
        yield new Content.OfRateLimit(scope.mode(), legacy, specs, guard, overload, scope.uses());
      }
      case BotPolicySpec bot -> new Content.OfBot(BotCheck.check(bot, path, scope));
    };
  }

  private static Content api(ApiPolicySpec spec, FieldPath path, Scope scope) {
    AuthenticationCheck authentication = new AuthenticationCheck(scope);
    var methods = authentication.check(spec.authentication(), path.field("authentication"));
    var rules = AuthorizationCheck.check(spec.authorization(), path.field("authorization"), scope);
    var transport =
        TransportCheck.check(
            spec.transport(), spec.authentication(), path.field("transport"), scope);
    return new Content.OfApi(
        scope.mode(),
        Words.plan(spec.failureMode()),
        transport,
        RequestCheck.trustedProxies(spec.clientAddress(), path.field("clientAddress"), scope),
        RequestCheck.ipAccess(spec.ipAccess(), path.field("ipAccess"), scope),
        RequestCheck.request(spec.request(), scope),
        GeoCheck.check(spec.geo(), path.field("geo"), scope),
        CorsCheck.check(spec.cors(), path.field("cors"), scope),
        methods,
        rules,
        RequestCheck.audit(spec.audit()),
        scope.uses(),
        authentication.secrets(),
        authentication.selectors());
  }
}
