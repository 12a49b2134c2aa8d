// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.decision.DenyReason;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.AuditSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class DecisionTest {
  private static final RuleRef BY = new RuleRef(Phase.AUTHORIZATION, null, "read");
  private static final ShadowFinding WOULD_ALLOW = new ShadowFinding(BY, null);
  private static final ShadowFinding WOULD_DENY = new ShadowFinding(BY, DenyReason.RULE_DENIED);

  private static Decision decision(@Nullable Refusal refusal, List<ShadowFinding> shadow) {
    HeaderField secret = new HeaderField("x-user-email", "ann@example.com");
    Identity identity =
        new Identity(
            "idp",
            true,
            "ann",
            "https://idp.example.com/",
            List.of("orders:read"),
            Map.of("email", "ann@example.com"),
            "web",
            "gold",
            1_800_000_000L,
            List.of(secret));
    return new Decision(
        "id",
        "route",
        refusal,
        BY,
        List.of(secret),
        List.of("authorization"),
        List.of(secret),
        shadow,
        List.of("a note"),
        null,
        identity,
        1_800_000_000L,
        IpAddress.parse("192.0.2.1"),
        refusal == null ? new Delay(BY, 7) : null,
        AuditSpec.refusalsOnly(),
        List.of(),
        List.of(),
        null,
        null);
  }

  @Test
  void allowsExactlyWhatItDoesNotRefuse() {
    assertThat(decision(null, List.of()).allowed()).isTrue();
    Refusal refusal = new Refusal(DenyReason.RULE_DENIED, BY, "no", "");
    assertThat(decision(refusal, List.of()).allowed()).isFalse();
  }

  @Test
  void isRefusedInShadowByAnyFindingThatWouldRefuse() {
    assertThat(decision(null, List.of()).refusedInShadow()).isFalse();
    assertThat(decision(null, List.of(WOULD_ALLOW)).refusedInShadow()).isFalse();
    assertThat(decision(null, List.of(WOULD_DENY)).refusedInShadow()).isTrue();
    assertThat(decision(null, List.of(WOULD_ALLOW, WOULD_DENY)).refusedInShadow()).isTrue();
    assertThat(decision(null, List.of(WOULD_DENY, WOULD_ALLOW)).refusedInShadow()).isTrue();
  }

  @Test
  void tellsPeopleNoClaimAndNoHeader() {
    Decision kept = decision(null, List.of(WOULD_DENY));
    Decision told = kept.forPeople();

    assertThat(told.toString()).doesNotContain("ann@example.com");
    Identity identity = Objects.requireNonNull(told.identity());
    assertThat(identity.claims()).isEmpty();
    assertThat(identity.subject()).isEqualTo("ann");
    assertThat(identity.scopes()).containsExactly("orders:read");
    assertThat(told)
        .usingRecursiveComparison()
        .ignoringFields(
            "upstreamHeaders",
            "removedHeaders",
            "responseHeaders",
            "identity.claims",
            "identity.upstreamHeaders")
        .isEqualTo(kept);
    assertThat(told.removedHeaders()).isEmpty();
  }

  @Test
  void tellsOfNobodyWhenNobodyWasKnown() {
    Decision kept = decision(null, List.of());
    Decision unknown =
        new Decision(
            kept.id(),
            kept.route(),
            null,
            BY,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            Identity.NO_END,
            kept.client(),
            null,
            kept.audit(),
            List.of(),
            List.of(),
            null,
            null);

    assertThat(unknown.forPeople().identity()).isNull();
  }
}
