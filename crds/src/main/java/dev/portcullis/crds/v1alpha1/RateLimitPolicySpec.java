// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.ratelimit.FloodGuard;
import dev.portcullis.crds.v1alpha1.ratelimit.LegacyHeaders;
import dev.portcullis.crds.v1alpha1.ratelimit.Limit;
import dev.portcullis.crds.v1alpha1.ratelimit.Overload;
import dev.portcullis.crds.v1alpha1.ratelimit.Store;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much each caller of the targets may have. Each limit applies. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.limits) || has(self.floodGuard) || has(self.overload)",
    message = "a RateLimitPolicy needs limits, a floodGuard or overload")
@ValidationRule(value = Rules.TARGETED, message = Rules.TARGETED_MESSAGE)
@ValidationRule(
    value = Rules.ONE_CHOICE_OF_NAMESPACES,
    message = Rules.ONE_CHOICE_OF_NAMESPACES_MESSAGE)
@ValidationRule(value = Rules.OVERRIDES_FROM_ABOVE, message = Rules.OVERRIDES_FROM_ABOVE_MESSAGE)
public record RateLimitPolicySpec(
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
            "Enforce acts; Shadow only records what it would have done. A limit may set its own.")
        @Default("Enforce")
        Mode mode,
    @JsonPropertyDescription(
            "Headers that answers have beside RateLimit and RateLimit-Policy. XRateLimit:"
                + " X-RateLimit-Limit, -Remaining and -Reset (in seconds) of the limit that ends"
                + " first, whichever policy of the target it is of.")
        @Default("None")
        LegacyHeaders legacyHeaders,
    @JsonPropertyDescription("Where counters are kept.") @Nullable Store store,
    @JsonPropertyDescription("Bounds before anything is asked that costs.")
        @Nullable FloodGuard floodGuard,
    @JsonPropertyDescription(
            "Who gives way while the service behind the target is overloaded. Of several policies"
                + " of one target the narrowest counts.")
        @Nullable Overload overload,
    @JsonPropertyDescription("The limits. Each applies. Required without floodGuard and overload.")
        @Size(min = 1, max = 32)
        @ValidationRule(
            value = Rules.UNIQUE_NAMES,
            message = "names of limits must differ: rename one of those that share a name")
        List<Limit> limits)
    implements PolicySpec {

  public RateLimitPolicySpec {
    targetRefs = Absent.toEmpty(targetRefs);
    inheritance = inheritance == null ? Inheritance.DEFAULT : inheritance;
    mode = mode == null ? Mode.ENFORCE : mode;
    legacyHeaders = legacyHeaders == null ? LegacyHeaders.NONE : legacyHeaders;
    limits = Absent.toEmpty(limits);
  }
}
