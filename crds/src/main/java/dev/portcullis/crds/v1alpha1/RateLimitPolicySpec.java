// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.ratelimit.Limit;
import dev.portcullis.crds.v1alpha1.ratelimit.Store;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much each caller of the targets may have. Each limit applies. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RateLimitPolicySpec(
    @JsonPropertyDescription("What the policy guards, in its own namespace.")
        @Required
        @Size(min = 1, max = 16)
        @ValidationRule(value = Rules.UNIQUE_TARGETS, message = Rules.UNIQUE_TARGETS_MESSAGE)
        List<TargetRef> targetRefs,
    @JsonPropertyDescription(
            "Enforce acts; Shadow only records what it would have done. A limit may set its own.")
        @Default("Enforce")
        Mode mode,
    @JsonPropertyDescription("Where counters are kept.") @Nullable Store store,
    @JsonPropertyDescription("The limits. Each applies.")
        @Required
        @Size(min = 1, max = 32)
        @ValidationRule(
            value = Rules.UNIQUE_NAMES,
            message = "names of limits must differ: rename one of those that share a name")
        List<Limit> limits)
    implements PolicySpec {

  public RateLimitPolicySpec {
    targetRefs = Absent.toEmpty(targetRefs);
    mode = mode == null ? Mode.ENFORCE : mode;
    limits = Absent.toEmpty(limits);
  }
}
