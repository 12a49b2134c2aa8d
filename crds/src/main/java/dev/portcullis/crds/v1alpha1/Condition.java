// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is so, or not so, with a resource; the shape of Kubernetes' own {@code Condition}.
 *
 * @param lastTransitionTime when {@code status} last changed (RFC 3339)
 * @param observedGeneration of the spec that this was found with
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    @JsonPropertyDescription("What this is about.")
        @Required
        @Size(min = 1, max = 316)
        @Pattern("^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$")
        String type,
    @JsonPropertyDescription("Whether it is so.") @Required Status status,
    @JsonPropertyDescription("Why, as one word for machines.")
        @Required
        @Size(min = 1, max = 1024)
        @Pattern("^[A-Za-z]([A-Za-z0-9]*[A-Za-z0-9])?$")
        String reason,
    @JsonPropertyDescription("Why, for people.") @Required @Size(max = 32768) String message,
    @JsonPropertyDescription("When the status last changed.")
        @Required
        @Size(max = 40)
        @Pattern(Names.TIME)
        String lastTransitionTime,
    @JsonPropertyDescription("The generation of the spec that this was found with.") @Min(0)
        @Nullable Long observedGeneration) {

  /** Whether it is so. */
  public enum Status {
    @JsonProperty("True")
    TRUE,
    @JsonProperty("False")
    FALSE,
    @JsonProperty("Unknown")
    UNKNOWN
  }
}
