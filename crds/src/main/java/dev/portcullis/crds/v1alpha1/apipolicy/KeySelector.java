// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/**
 * Chooses ApiKeys by their labels.
 *
 * @param matchLabels all of which a key must carry
 */
public record KeySelector(
    @JsonPropertyDescription("Labels that an ApiKey must carry, all of them.")
        @Required
        @Size(min = 1, max = 16)
        @ValidationRule(
            value = "self.all(key, key.size() <= 317)",
            message = "matchLabels: a label's name is at most 317 characters long, prefix included")
        Map<String, @Size(max = 63) @Pattern(Names.LABEL_VALUE) String> matchLabels) {

  public KeySelector {
    matchLabels = Absent.toEmpty(matchLabels);
  }
}
