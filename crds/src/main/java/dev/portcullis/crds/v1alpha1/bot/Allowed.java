// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.bot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Rules;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Requests that score 0.
 *
 * @param addresses addresses or CIDR ranges of clients
 * @param userAgents texts of which the User-Agent contains one; a hint and not a proof
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Allowed(
    @JsonPropertyDescription("Addresses or CIDR ranges of clients whose requests score 0.")
        @Size(max = 256)
        @ValidationRule(value = Rules.ADDRESSES, message = "addresses: " + Rules.ADDRESSES_MESSAGE)
        List<@Size(min = 1, max = 43) String> addresses,
    @JsonPropertyDescription(
            "Texts; a request whose User-Agent contains one of them scores 0. Anybody can send any"
                + " User-Agent: a hint, not a proof.")
        @Size(max = 64)
        List<@Size(min = 3, max = 256) @Pattern("^[ -~]+$") String> userAgents) {

  public Allowed {
    addresses = Absent.toEmpty(addresses);
    userAgents = Absent.toEmpty(userAgents);
  }
}
