// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a key.
 *
 * @param conditions {@code Ready}
 * @param observedGeneration of the spec that the status speaks of
 * @param lastUsed the beginning of the hour in which it was accepted last (RFC 3339); null: never
 *     since this is noted
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ApiKeyStatus(
    @JsonPropertyDescription("Ready: the decision services know the key.") @Size(max = 16)
        List<Condition> conditions,
    @JsonPropertyDescription("The generation of the spec that this status speaks of.") @Min(0)
        @Nullable Long observedGeneration,
    @JsonPropertyDescription(
            "The hour in which the key was accepted last, by its beginning. Absent: not yet.")
        @Size(max = 40)
        @Pattern(Names.TIME)
        @Nullable String lastUsed) {

  public ApiKeyStatus {
    conditions = Absent.toEmpty(conditions);
  }
}
