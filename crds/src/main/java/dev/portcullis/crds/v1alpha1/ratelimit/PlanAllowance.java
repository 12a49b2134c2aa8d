// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * What the callers of one plan may have, per the limit's own period, or at once.
 *
 * @param burst of a rate only; null: {@code requests - 1}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanAllowance(
    @JsonPropertyDescription("Requests per period, or at once.") @Required @Min(1) @Max(1000000000)
        long requests,
    @JsonPropertyDescription(
            "Requests that may come at once beyond the even rate. Default: one less than requests.")
        @Min(0)
        @Max(1000000000)
        @Nullable Long burst) {}
