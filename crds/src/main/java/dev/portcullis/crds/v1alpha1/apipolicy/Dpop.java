// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What proofs must say (RFC 9449).
 *
 * @param origins empty: the host that the request names, on any port
 * @param nonce null: off
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.origins) || has(self.nonce)",
    message = "dpop needs origins or nonce: leave dpop out to change nothing")
public record Dpop(
    @JsonPropertyDescription(
            "Under which origins clients call, such as https://api.example.com. A proof must be for"
                + " an address of one of them. Default: the host that the request names, on any"
                + " port.")
        @Size(min = 1, max = 16)
        List<@Size(min = 8, max = 320) @Pattern(Names.HTTP_ORIGIN) String> origins,
    @JsonPropertyDescription(
            "Whether proofs must carry a nonce of ours, so that none can be made ahead of time."
                + " Clients are told the nonce when it is missing. Default: Off.")
        @Nullable Nonce nonce) {

  public Dpop {
    origins = Absent.toEmpty(origins);
  }

  /** Whether proofs carry a nonce. */
  public enum Nonce {
    @JsonProperty("Off")
    OFF,
    /** One that is good for about two minutes. */
    @JsonProperty("Required")
    REQUIRED
  }
}
