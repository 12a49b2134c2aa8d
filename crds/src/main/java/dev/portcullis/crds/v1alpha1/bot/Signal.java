// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.bot;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/**
 * The weight of one signal.
 *
 * @param weight in percent of the profile's; 0 turns the signal off; null: 100
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Signal(
    @JsonPropertyDescription(
            "Weight in percent of the profile's weight. 0 turns the signal off. Default: 100.")
        @Min(0)
        @Max(200)
        @Nullable Integer weight) {}
