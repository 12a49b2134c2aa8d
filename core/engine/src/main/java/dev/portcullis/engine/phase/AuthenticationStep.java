// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out who calls, and refuses whom no method lets in. */
public final class AuthenticationStep implements PhaseStep {
  private final AuthenticationSpec spec;
  private final Authenticator authenticator;
  private final @Nullable FailedCredentialsStep guard;
  private final RuleRef policy;
  private final boolean asksClients;
  private final Map<String, Verdict.Allow> allows = new HashMap<>();

  /**
   * Takes the compiled methods of the section.
   *
   * @param guard is told of credentials that fail; null: nobody counts them
   */
  public AuthenticationStep(
      AuthenticationSpec spec, Authenticator authenticator, @Nullable FailedCredentialsStep guard) {
    this.spec = spec;
    this.authenticator = authenticator;
    this.guard = guard;
    this.asksClients =
        spec.methods().stream()
            .anyMatch(method -> method instanceof AuthMethodSpec.Mtls mtls && mtls.namesClients());
    this.policy = new RuleRef(Phase.AUTHENTICATION, spec.source(), null);
    for (AuthMethodSpec method : spec.methods()) {
      allows.put(method.name(), new Verdict.Allow(by(method.name())));
    }
  }

  @Override
  public Phase phase() {
    return Phase.AUTHENTICATION;
  }

  @Override
  public String section() {
    return "authentication";
  }

  @Override
  public PolicyRef source() {
    return spec.source();
  }

  @Override
  public Verdict decide(Evaluation evaluation) {
    return switch (authenticator.authenticate(evaluation.request(), evaluation.patience())) {
      case AuthenticationResult.Authenticated(var identity) -> {
        evaluation.identity(identity);
        if (spec.mode() == Mode.ENFORCE) {
          evaluation.validUntil(identity.validUntil());
        }
        Verdict allow = allows.get(identity.method());
        yield allow == null ? new Verdict.Allow(policy) : allow;
      }
      case AuthenticationResult.Missing(var challenges) ->
          refuse(
              evaluation,
              new Refusal(
                  DenyReason.CREDENTIALS_MISSING,
                  policy,
                  DenyReason.CREDENTIALS_MISSING.title(),
                  ""),
              challenges);
      case AuthenticationResult.Unaccepted _ ->
          refuse(evaluation, unaccepted(evaluation), List.of());
      case AuthenticationResult.Invalid(var method, var detail, var challenges) -> {
        failed(evaluation);
        yield refuse(
            evaluation,
            new Refusal(
                DenyReason.CREDENTIALS_INVALID,
                by(method),
                DenyReason.CREDENTIALS_INVALID.title(),
                detail),
            challenges);
      }
      case AuthenticationResult.Unproven(var method, var detail, var challenges, var nonce) -> {
        DenyReason reason = DenyReason.PROOF_INVALID;
        if (nonce == null) {
          failed(evaluation); // Whoever lacks a nonce is told one, and comes again.
        }
        Verdict verdict =
            refuse(evaluation, new Refusal(reason, by(method), reason.title(), detail), challenges);
        yield nonce == null ? verdict : with(verdict, new HeaderField("dpop-nonce", nonce));
      }
      case AuthenticationResult.Unavailable(var method, var cause) ->
          unavailable(evaluation, by(method), cause);
      case AuthenticationResult.Waits _ -> Verdict.Waits.WAITS;
      case AuthenticationResult.Asks(var inquiry) -> new Verdict.Asks(inquiry);
    };
  }

  @Override
  public Verdict overdue(Evaluation evaluation, String cause) {
    return unavailable(evaluation, policy, cause);
  }

  // In shadow mode nobody is refused, so nobody learns that a credential is to be mended.
  private void failed(Evaluation evaluation) {
    if (guard != null && spec.mode() == Mode.ENFORCE) {
      guard.failed(evaluation);
    }
  }

  private Refusal unaccepted(Evaluation evaluation) {
    RequestContext request = evaluation.request();
    DenyReason reason =
        request.peer().principal() == null && (request.clientCertificate() == null || !asksClients)
            ? DenyReason.MTLS_REQUIRED
            : DenyReason.PRINCIPAL_NOT_ACCEPTED;
    return new Refusal(reason, policy, reason.title(), "");
  }

  private RuleRef by(@Nullable String method) {
    return method == null || method.isEmpty()
        ? policy
        : new RuleRef(Phase.AUTHENTICATION, spec.source(), method);
  }

  private Verdict refuse(Evaluation evaluation, Refusal refusal, List<String> challenges) {
    if (spec.mode() == Mode.SHADOW) {
      evaluation.shadow(refusal.by(), refusal.reason());
      return Verdict.NOT_APPLICABLE;
    }
    return new Verdict.Deny(
        refusal,
        challenges.stream().map(value -> new HeaderField("www-authenticate", value)).toList());
  }

  private static Verdict with(Verdict verdict, HeaderField header) {
    if (!(verdict instanceof Verdict.Deny(Refusal refusal, List<HeaderField> headers))) {
      return verdict;
    }
    List<HeaderField> all = new ArrayList<>(headers);
    all.add(header);
    return new Verdict.Deny(refusal, all);
  }

  private Verdict unavailable(Evaluation evaluation, RuleRef by, String cause) {
    if (spec.mode() == Mode.SHADOW) {
      evaluation.shadow(by, DenyReason.UNAVAILABLE);
      return Verdict.NOT_APPLICABLE;
    }
    return new Verdict.Unavailable(by, cause);
  }
}
