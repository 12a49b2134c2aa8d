// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Rules;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * What callers may do.
 *
 * @param rules Deny rules first, then Allow rules; what none allows is denied
 */
public record Authorization(
    @JsonPropertyDescription(
            "The rules. Deny rules are asked first, then Allow rules; what none allows is denied.")
        @Required
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = Rules.UNIQUE_NAMES,
            message = "names of rules must differ: rename one of those that share a name")
        List<Rule> rules) {

  public Authorization {
    rules = Absent.toEmpty(rules);
  }
}
