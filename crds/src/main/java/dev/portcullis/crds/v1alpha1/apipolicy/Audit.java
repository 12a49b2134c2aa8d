// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the decision log keeps.
 *
 * @param sample share of allowed requests that are logged, 0.0 to 1.0; refusals always are. Null:
 *     none
 * @param redactHeaders names whose values are never written, beside those that carry credentials
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Audit(
    @JsonPropertyDescription(
            "Share of allowed requests that are logged, 0.0 to 1.0. Refusals always are. Default:"
                + " 0.0.")
        @Min(0)
        @Max(1)
        @Nullable Double sample,
    @JsonPropertyDescription(
            "Headers whose values are never logged. Those that carry credentials never are.")
        @Size(max = 32)
        List<@Size(min = 1, max = 128) @Pattern(Names.HEADER) String> redactHeaders) {

  public Audit {
    redactHeaders = Absent.toEmpty(redactHeaders);
  }
}
