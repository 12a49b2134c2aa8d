// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Requests by method and path.
 *
 * @param methods exact, upper case; empty: any
 * @param paths patterns of which any one suffices; empty: any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.methods) || has(self.paths)",
    message = "match needs methods or paths: leave match out to mean every request")
public record RequestMatch(
    @JsonPropertyDescription("HTTP methods, any of which matches. Default: every method.")
        @Size(min = 1, max = 16)
        List<@Size(max = 32) @Pattern(Names.METHOD) String> methods,
    @JsonPropertyDescription(
            "Path patterns, any of which matches whole: {name} is one segment, * stands inside a"
                + " segment, /** at the end is any tail. Matched case-sensitively, after"
                + " normalisation. Default: every path.")
        @Size(min = 1, max = 16)
        List<@Size(max = 512) @Pattern("^/[!-~]*$") String> paths) {

  public RequestMatch {
    methods = Absent.toEmpty(methods);
    paths = Absent.toEmpty(paths);
  }
}
