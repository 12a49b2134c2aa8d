// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.bot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Mode;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/**
 * What a score does.
 *
 * @param score 1 to 100; reached by this score and all above
 * @param mode null: the policy's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Threshold(
    @JsonPropertyDescription("The score from which on it acts, 1 to 100.")
        @Required
        @Min(1)
        @Max(100)
        int score,
    @JsonPropertyDescription("Tag tells upstream in a header; Deny refuses with 403.") @Required
        Action action,
    @JsonPropertyDescription("Enforce or Shadow. Default: the policy's mode.")
        @Nullable Mode mode) {

  /** What a threshold that is reached does. */
  public enum Action {
    @JsonProperty("Tag")
    TAG,
    @JsonProperty("Deny")
    DENY
  }
}
