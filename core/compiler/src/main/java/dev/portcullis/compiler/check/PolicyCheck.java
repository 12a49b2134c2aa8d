// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Finding;
import dev.portcullis.compiler.diagnostic.Findings;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiPolicySpec;
import dev.portcullis.crds.v1alpha1.BotPolicySpec;
import dev.portcullis.crds.v1alpha1.Names;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.RateLimitPolicySpec;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks one policy by itself. Pure: equal revisions give equal results. */
public final class PolicyCheck {
  private static final Pattern LABEL = Pattern.compile(Names.DNS_LABEL);

  private PolicyCheck() {}

  /** Checks what a policy says now. */
  public static CheckedPolicy current(PolicySource source, Expressions expressions) {
    return check(source.ref(), source.spec(), source.findings(), expressions);
  }

  /** Checks what it may fall back on. */
  public static CheckedPolicy fallback(
      PolicySource source, LastAccepted accepted, Expressions expressions) {
    return check(source.ref(), accepted.spec(), List.of(), expressions);
  }

  private static CheckedPolicy check(
      PolicyRef policy, @Nullable PolicySpec spec, List<Finding> read, Expressions expressions) {
    Findings findings = new Findings();
    read.forEach(findings::add);
    if (spec == null || findings.hasError()) {
      if (!findings.hasError()) {
        findings.add(DiagnosticCode.FIELD_REQUIRED, FieldPath.SPEC, "spec is required", "add spec");
      }
      List<Target> targets = spec == null ? List.of() : targets(policy, spec, new Findings());
      return new CheckedPolicy(targets, findings.list(), null);
    }
    List<Target> targets = targets(policy, spec, findings);
    new SpecBounds(findings).check((Record) spec, FieldPath.SPEC);
    // What follows takes required fields for granted.
    Content content =
        findings.hasError()
            ? null
            : content(spec, new Scope(policy, Words.plan(spec.mode()), findings, expressions));
    return new CheckedPolicy(targets, findings.list(), findings.hasError() ? null : content);
  }

  private static Content content(PolicySpec spec, Scope scope) {
    FieldPath path = FieldPath.SPEC;
    return switch (spec) {
      case ApiPolicySpec api -> api(api, path, scope);
      case RateLimitPolicySpec limits -> {
        var specs = new LimitsCheck(scope).check(limits.limits(), path.field("limits"));
        yield new Content.OfRateLimit(scope.mode(), specs, scope.uses());
      }
      case BotPolicySpec bot -> new Content.OfBot(BotCheck.check(bot, path, scope));
    };
  }

  private static Content api(ApiPolicySpec spec, FieldPath path, Scope scope) {
    AuthenticationCheck authentication = new AuthenticationCheck(scope);
    var methods = authentication.check(spec.authentication(), path.field("authentication"));
    var rules = AuthorizationCheck.check(spec.authorization(), path.field("authorization"), scope);
    return new Content.OfApi(
        scope.mode(),
        Words.plan(spec.failureMode()),
        RequestCheck.trustedProxies(spec.clientAddress(), path.field("clientAddress"), scope),
        RequestCheck.ipAccess(spec.ipAccess(), path.field("ipAccess"), scope),
        RequestCheck.request(spec.request(), scope),
        methods,
        rules,
        RequestCheck.audit(spec.audit()),
        scope.uses(),
        authentication.secrets(),
        authentication.selectors());
  }

  /** The targets that can be named at all; what is wrong with the others is found elsewhere too. */
  private static List<Target> targets(PolicyRef policy, PolicySpec spec, Findings findings) {
    List<Target> out = new ArrayList<>();
    FieldPath list = FieldPath.SPEC.field("targetRefs");
    for (int i = 0; i < spec.targetRefs().size(); i++) {
      TargetRef ref = spec.targetRefs().get(i);
      String group = ref.group();
      String section = ref.sectionName();
      if (group != null && !group.isEmpty()) {
        findings.add(
            DiagnosticCode.TARGET_UNSUPPORTED,
            list.at(i).field("group"),
            "a target of the group " + Quote.of(group) + " cannot be guarded",
            "remove group, and target a Service");
      } else if (isLabel(policy.namespace())
          && isLabel(ref.name())
          && (section == null || isLabel(section))) {
        Target target = new Target(policy.namespace(), ref.name(), section, list.at(i));
        if (out.stream().anyMatch(other -> other.route().equals(target.route()))) {
          findings.add(
              DiagnosticCode.DUPLICATE_NAME,
              list.at(i),
              "the target " + target.route() + " is listed twice",
              "remove one of them");
        } else {
          out.add(target);
        }
      }
    }
    return out;
  }

  private static boolean isLabel(@Nullable String text) {
    return text != null && text.length() <= 63 && LABEL.matcher(text).matches();
  }
}
