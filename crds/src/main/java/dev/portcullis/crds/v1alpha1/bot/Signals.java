// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.bot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** Changes to the weights of signals; null keeps a signal's weight. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Signals(
    @JsonPropertyDescription("What the User-Agent says of itself.") @Nullable Signal userAgent,
    @JsonPropertyDescription(
            "The header sets, orders and contradictions of browsers and known tools.")
        @Nullable Signal headers) {}
