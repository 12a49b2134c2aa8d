// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Rules;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * How the address of the client is found.
 *
 * @param trustedProxies addresses or CIDR ranges; empty: the peer is the client
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ClientAddress(
    @JsonPropertyDescription(
            "Addresses or CIDR ranges of the proxies whose X-Forwarded-For is believed. Default:"
                + " none.")
        @Size(max = 64)
        @ValidationRule(
            value = Rules.ADDRESSES,
            message = "trustedProxies: " + Rules.ADDRESSES_MESSAGE)
        List<@Size(min = 1, max = 43) String> trustedProxies) {

  public ClientAddress {
    trustedProxies = Absent.toEmpty(trustedProxies);
  }
}
