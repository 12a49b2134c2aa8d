// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Content;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.AuthorizationSpec;
import dev.portcullis.policy.plan.BotSpec;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.RouteId;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is worth knowing about how policies meet on one route. */
final class RouteRemarks {
  private final RouteId route;
  private final Remarks remarks;
  private final ExemptNames exempt;

  RouteRemarks(RouteId route, Remarks remarks, ExemptNames exempt) {
    this.route = route;
    this.remarks = remarks;
    this.exempt = exempt;
  }

  void noApiPolicy(Claim claim) {
    remarks.warn(
        claim.speaker(),
        DiagnosticCode.NO_API_POLICY,
        claim.path(),
        "no ApiPolicy targets " + route + ", so it is closed",
        "add an ApiPolicy for it; with the method anonymous it lets everybody in");
  }

  void noAuthentication(Speaker speaker) {
    if (speaker.isCurrent()) {
      remarks.warn(
          speaker,
          DiagnosticCode.NO_AUTHENTICATION,
          FieldPath.SPEC.field("authentication"),
          route + " asks nobody for credentials",
          "add authentication; the method anonymous says that this is intended");
    }
  }

  void expressions(
      Speaker speaker, @Nullable AuthenticationSpec authentication, @Nullable BotSpec bot) {
    Content content = speaker.content();
    if (content == null || !speaker.isCurrent()) {
      return;
    }
    for (Content.ExpressionUse use : content.expressions()) {
      if (use.readsBot() && bot == null) {
        remarks.warn(
            speaker,
            DiagnosticCode.BOT_SCORE_UNSCORED,
            use.path(),
            "the expression " + use.text() + " reads bot, but no BotPolicy targets " + route,
            "add a BotPolicy for it, or remove the condition");
      }
      if (use.readsAuth() && authentication == null) {
        remarks.warn(
            speaker,
            DiagnosticCode.AUTH_UNAUTHENTICATED,
            use.path(),
            "the expression " + use.text() + " reads auth, but " + route + " authenticates nobody",
            "add authentication to its ApiPolicy, or remove the condition");
      }
    }
  }

  void priority(
      Speaker speaker, OverloadSpec overload, @Nullable AuthenticationSpec authentication) {
    if (speaker.isCurrent() && !overload.priority().isEmpty() && authentication == null) {
      remarks.warn(
          speaker,
          DiagnosticCode.AUTH_UNAUTHENTICATED,
          FieldPath.SPEC.field(OverloadSpec.NAME).field("priority"),
          "priority goes by auth.plan, but " + route + " authenticates nobody, so nobody has one",
          "add authentication to its ApiPolicy, or remove priority");
    }
  }

  void stepUps(
      Speaker speaker, AuthorizationSpec rules, @Nullable AuthenticationSpec authentication) {
    boolean told =
        authentication != null
            && authentication.methods().stream()
                .anyMatch(method ->
                    method instanceof AuthMethodSpec.Jwt
                        || method instanceof AuthMethodSpec.Introspection);
    if (told || !speaker.isCurrent()) {
      return;
    }
    for (int i = 0; i < rules.rules().size(); i++) {
      if (rules.rules().get(i).stepUp() != null) {
        remarks.warn(
            speaker,
            DiagnosticCode.STEP_UP_UNPROVABLE,
            FieldPath.SPEC.field("authorization").field("rules").at(i).field("stepUp"),
            "no method of " + route + " tells how a caller authenticated, so nobody ever passes",
            "add a method jwt or introspection to its ApiPolicy, or remove stepUp");
      }
    }
  }

  void exempt(Speaker speaker, BotSpec bot, @Nullable AuthenticationSpec authentication) {
    if (speaker.isCurrent()) {
      Set<String> methods =
          authentication == null
              ? Set.of()
              : authentication.methods().stream()
                  .map(AuthMethodSpec::name)
                  .collect(Collectors.toUnmodifiableSet());
      exempt.onRoute(speaker, bot.exempt(), methods);
    }
  }
}
