// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * An allowance that is renewed by the calendar.
 *
 * @param timeZone a name of the IANA database; null: UTC
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Quota(
    @JsonPropertyDescription("Requests per period.") @Required @Min(1) @Max(1000000000)
        long requests,
    @JsonPropertyDescription("The period: it starts with the calendar's own, weeks on Monday.")
        @Required
        Period per,
    @JsonPropertyDescription("Time zone of the calendar, such as Europe/Berlin. Default: UTC.")
        @Size(min = 1, max = 64)
        @Pattern("^[A-Za-z][A-Za-z0-9+_-]*(/[A-Za-z0-9+_-]+){0,2}$")
        @Nullable String timeZone) {

  /** A calendar period. */
  public enum Period {
    @JsonProperty("Hour")
    HOUR,
    @JsonProperty("Day")
    DAY,
    @JsonProperty("Week")
    WEEK,
    @JsonProperty("Month")
    MONTH,
    @JsonProperty("Year")
    YEAR
  }
}
