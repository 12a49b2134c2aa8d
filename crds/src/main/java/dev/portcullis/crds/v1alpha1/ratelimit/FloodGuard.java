// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** Bounds of what is refused before anything is asked that costs. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FloodGuard(
    @JsonPropertyDescription(
            "How many credentials that fail each address may bring (IPv6 by /64). Beyond it every"
                + " request of the address is refused.")
        @Required
        Rate failedCredentialsPerAddress) {}
