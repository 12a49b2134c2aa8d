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

/**
 * From which countries clients may call, by the two letters of ISO 3166-1 (and XK, Kosovo).
 *
 * @param allowCountries empty: any
 * @param denyCountries also when they are allowed
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "has(self.allowCountries) || has(self.denyCountries)",
    message =
        "geo needs allowCountries or denyCountries: leave geo out to admit clients from everywhere")
public record Geo(
    @JsonPropertyDescription(
            "Countries from which clients may call, as two letters (ISO 3166-1), such as DE. A"
                + " client whose country is not known may not. Default: every country.")
        @Size(min = 1, max = 250)
        List<@Size(min = 2, max = 2) @Pattern(Names.COUNTRY) String> allowCountries,
    @JsonPropertyDescription(
            "Countries from which clients may not call, also when they are allowed. A client whose"
                + " country is not known is in none of them.")
        @Size(min = 1, max = 250)
        List<@Size(min = 2, max = 2) @Pattern(Names.COUNTRY) String> denyCountries) {

  public Geo {
    allowCountries = Absent.toEmpty(allowCountries);
    denyCountries = Absent.toEmpty(denyCountries);
  }
}
