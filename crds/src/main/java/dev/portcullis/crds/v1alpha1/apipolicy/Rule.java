// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Mode;
import dev.portcullis.crds.v1alpha1.Names;
import dev.portcullis.crds.v1alpha1.RequestMatch;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule: it applies when {@code match}, {@code scopes} and {@code when} all hold.
 *
 * @param effect as written; Allow when it was left out
 * @param match any one suffices; empty: every request
 * @param scopes that the caller must hold, all of them
 * @param when a CEL expression; null: always
 * @param stepUp in an Allow rule only; null: any authentication will do
 * @param mode null: the policy's
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.effect) || self.effect != 'Deny' || !has(self.scopes)",
    message =
        "scopes in a Deny rule would deny the callers who hold them: say what is meant in when,"
            + " such as '!(\"orders.read\" in auth.scopes)'",
    fieldPath = ".scopes")
@ValidationRule(
    value = "!has(self.effect) || self.effect != 'Deny' || !has(self.stepUp)",
    message =
        "stepUp in a Deny rule would deny those who authenticated well: put it into the Allow rule"
            + " that needs it",
    fieldPath = ".stepUp")
public record Rule(
    @JsonPropertyDescription("Name of the rule, unique in the policy. Decisions name it.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        String name,
    @JsonPropertyDescription("What the rule does where it applies. Default: Allow.") Effect effect,
    @JsonPropertyDescription("Requests it speaks of, any of which matches. Default: every request.")
        @Size(max = 16)
        List<RequestMatch> match,
    @JsonPropertyDescription("Scopes that the caller must hold, all of them.") @Size(max = 32)
        List<@Size(min = 1, max = 128) @Pattern(Names.SCOPE) String> scopes,
    @JsonPropertyDescription(
            "A CEL expression that must be true. An error denies in a Deny rule and does not allow"
                + " in an Allow rule.")
        @Size(min = 1, max = 2048)
        @Nullable String when,
    @JsonPropertyDescription(
            "How the caller must have authenticated. Whom the rule would allow but for this gets"
                + " 401 with a challenge (RFC 9470) that says so.")
        @Nullable StepUp stepUp,
    @JsonPropertyDescription("Enforce or Shadow. Default: the policy's mode.")
        @Nullable Mode mode) {

  /** What a rule does. */
  public enum Effect {
    @JsonProperty("Allow")
    ALLOW,
    @JsonProperty("Deny")
    DENY
  }

  public Rule {
    effect = effect == null ? Effect.ALLOW : effect;
    match = Absent.toEmpty(match);
    scopes = Absent.toEmpty(scopes);
  }
}
