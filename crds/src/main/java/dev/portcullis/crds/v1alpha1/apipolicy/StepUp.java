// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How strongly, and how lately, a caller must have authenticated with its issuer (RFC 9470).
 *
 * @param acrValues empty: any
 * @param amr empty: none
 * @param maxAge 1s to 720h; null: any
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.acrValues) || has(self.amr) || has(self.maxAge)",
    message = "stepUp needs acrValues, amr or maxAge: leave stepUp out to ask for nothing")
public record StepUp(
    @JsonPropertyDescription(
            "Authentication context classes, the best first. The token's claim acr must be one of"
                + " them.")
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 128) @Pattern(Names.SCOPE) String> acrValues,
    @JsonPropertyDescription(
            "Authentication methods (RFC 8176), such as mfa. The token's claim amr must name all of"
                + " them.")
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 64) @Pattern(Names.SCOPE) String> amr,
    @JsonPropertyDescription(
            "How long ago the caller may have authenticated by the token's claim auth_time, 1s to"
                + " 720h.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('720h')",
            message = "maxAge must be 1s to 720h")
        @Nullable String maxAge) {

  public StepUp {
    acrValues = Absent.toEmpty(acrValues);
    amr = Absent.toEmpty(amr);
  }
}
