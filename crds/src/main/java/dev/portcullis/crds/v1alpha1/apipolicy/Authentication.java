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
 * How callers prove who they are.
 *
 * @param methods any one suffices; tried in this order
 */
public record Authentication(
    @JsonPropertyDescription(
            "Ways to authenticate. Any one suffices; they are tried in this order.")
        @Required
        @Size(min = 1, max = 16)
        @ValidationRule(
            value = Rules.UNIQUE_NAMES,
            message = "names of methods must differ: rename one of those that share a name")
        @ValidationRule(
            value =
                "self.filter(m, has(m.anonymous)).size()"
                    + " <= (has(self[self.size() - 1].anonymous) ? 1 : 0)",
            message = "anonymous must stand once and last in methods: move it to the end")
        List<Method> methods) {

  public Authentication {
    methods = Absent.toEmpty(methods);
  }
}
