// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.jwt.Confirmation;
import dev.portcullis.engine.decision.Refusal;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.expression.UnreadableVariableException;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.plan.StepUpSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a rule asks of the caller's authentication, and how callers are told so (RFC 9470). */
final class StepUp {
  /** How far an issuer's clock may be ahead. */
  private static final Duration SKEW = Duration.ofSeconds(60);

  private final StepUpSpec spec;
  private final Verdict.Deny bearer;
  private final Verdict.Deny dpop;

  StepUp(StepUpSpec spec, RuleRef by) {
    this.spec = spec;
    this.bearer = refusal(spec, by, "Bearer");
    this.dpop = refusal(spec, by, "DPoP");
  }

  private static Verdict.Deny refusal(StepUpSpec spec, RuleRef by, String scheme) {
    DenyReason reason = DenyReason.STEP_UP_REQUIRED;
    return new Verdict.Deny(
        new Refusal(reason, by, reason.title(), ""),
        List.of(new HeaderField("www-authenticate", challenge(spec, scheme))));
  }

  /**
   * What a caller is told whose authentication does not do, in the scheme of its token: one that is
   * bound to a key is never taken without a proof.
   */
  Verdict.Deny refusal(@Nullable Identity identity) {
    return identity == null || Confirmation.thumbprint(identity.claims()).isEmpty() ? bearer : dpop;
  }

  /**
   * Whether the caller's authentication will do. What its token does not say does not hold.
   *
   * @param identity null: nobody identified
   * @throws UnreadableVariableException when its token says it in another way than the standards
   */
  boolean holds(@Nullable Identity identity, Instant now) {
    Map<String, Object> claims = identity == null ? Map.of() : identity.claims();
    AuthenticationEvent event = new AuthenticationEvent(claims);
    return (spec.acrValues().isEmpty() || spec.acrValues().contains(event.contextClass()))
        && (spec.amr().isEmpty() || event.methods().containsAll(spec.amr()))
        && (spec.maxAge() == null || recent(event.time(), spec.maxAge(), now));
  }

  private static boolean recent(Instant authenticated, Duration maxAge, Instant now) {
    return !now.isAfter(authenticated.plus(maxAge)) && !authenticated.isAfter(now.plus(SKEW));
  }

  /**
   * Section 3 of the RFC; {@code amr} has no parameter there, so that people are told. The values
   * are characters of scope tokens, which need no escape in a quoted string.
   */
  private static String challenge(StepUpSpec spec, String scheme) {
    StringBuilder value =
        new StringBuilder(scheme)
            .append(" error=\"insufficient_user_authentication\", error_description=\"")
            .append(DenyReason.STEP_UP_REQUIRED.title());
    if (!spec.amr().isEmpty()) {
      value.append(", by: ").append(String.join(" ", spec.amr()));
    }
    value.append('"');
    if (!spec.acrValues().isEmpty()) {
      value.append(", acr_values=\"").append(String.join(" ", spec.acrValues())).append('"');
    }
    if (spec.maxAge() != null) {
      value.append(", max_age=\"").append(spec.maxAge().toSeconds()).append('"');
    }
    return value.toString();
  }
}
