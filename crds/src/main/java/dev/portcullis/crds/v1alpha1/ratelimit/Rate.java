// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * An even rate.
 *
 * @param per 1s to 24h
 * @param burst null: {@code requests - 1}, so that the requests of one period may come at once
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Rate(
    @JsonPropertyDescription("Requests per period.") @Required @Min(1) @Max(1000000000)
        long requests,
    @JsonPropertyDescription("The period, 1s to 24h, such as 1s, 10m or 24h.")
        @Required
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('24h')",
            message = "per must be 1s to 24h: use quota for longer periods")
        String per,
    @JsonPropertyDescription(
            "Requests that may come at once beyond the even rate. Default: one less than requests,"
                + " so that those of one period may all come at once.")
        @Min(0)
        @Max(1000000000)
        @Nullable Long burst) {}
