// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.bot.Allowed;
import dev.portcullis.crds.v1alpha1.bot.Profile;
import dev.portcullis.crds.v1alpha1.bot.Signals;
import dev.portcullis.crds.v1alpha1.bot.Threshold;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How requests to the targets are scored as automated, and what the scores do. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(value = Rules.TARGETED, message = Rules.TARGETED_MESSAGE)
@ValidationRule(
    value = Rules.ONE_CHOICE_OF_NAMESPACES,
    message = Rules.ONE_CHOICE_OF_NAMESPACES_MESSAGE)
@ValidationRule(value = Rules.OVERRIDES_FROM_ABOVE, message = Rules.OVERRIDES_FROM_ABOVE_MESSAGE)
public record BotPolicySpec(
    @JsonPropertyDescription(
            "What the policy guards, in its own namespace. Required without namespaceSelector.")
        @Size(min = 1, max = 16)
        @ValidationRule(value = Rules.UNIQUE_TARGETS, message = Rules.UNIQUE_TARGETS_MESSAGE)
        List<TargetRef> targetRefs,
    @JsonPropertyDescription(
            "Only in the installation namespace: the policy guards what its targetRefs name in"
                + " each namespace with these labels; without targetRefs, all of each.")
        @Nullable NamespaceSelector namespaceSelector,
    @JsonPropertyDescription(
            "For Namespace targets and namespaceSelector, section by section: with Default policies"
                + " of narrower targets go first, with Override this one does.")
        @Default("Default")
        Inheritance inheritance,
    @JsonPropertyDescription(
            "Enforce acts; Shadow only records what it would have done. A threshold may set its"
                + " own.")
        @Default("Enforce")
        Mode mode,
    @JsonPropertyDescription(
            "Requests that are scored, any of which matches. Default: every request.")
        @Size(max = 16)
        List<RequestMatch> match,
    @JsonPropertyDescription(
            "The set of signals and their weights. A new release never changes one that exists.")
        @Default("v1")
        Profile profile,
    @JsonPropertyDescription(
            "Changes to the weights of the profile's signals. A signal that is not named keeps its"
                + " weight.")
        @Nullable Signals signals,
    @JsonPropertyDescription("Requests that score 0.") @Nullable Allowed allow,
    @JsonPropertyDescription(
            "Authentication methods on whose requests thresholds never act. The score is still"
                + " computed.")
        @Size(max = 16)
        List<@Size(min = 1, max = 63) @Pattern(Names.DNS_LABEL) String> exempt,
    @JsonPropertyDescription("What scores do. The highest one that is reached acts.")
        @Size(max = 8)
        @ValidationRule(
            value = "self.all(a, self.exists_one(b, b.score == a.score))",
            message = "scores of thresholds must differ: remove one of those that share a score")
        List<Threshold> thresholds)
    implements PolicySpec {

  public BotPolicySpec {
    targetRefs = Absent.toEmpty(targetRefs);
    inheritance = inheritance == null ? Inheritance.DEFAULT : inheritance;
    mode = mode == null ? Mode.ENFORCE : mode;
    match = Absent.toEmpty(match);
    profile = profile == null ? Profile.V1 : profile;
    exempt = Absent.toEmpty(exempt);
    thresholds = Absent.toEmpty(thresholds);
  }
}
