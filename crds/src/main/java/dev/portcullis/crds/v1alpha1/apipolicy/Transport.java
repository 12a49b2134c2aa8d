// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * How callers connect.
 *
 * @param mtls required, so that an empty section never loosens what a wider policy says
 */
public record Transport(
    @JsonPropertyDescription(
            "Strict: only callers with a workload identity. Permissive: plain callers, too; those"
                + " who bring a certificate are authenticated by it. Disabled: no mutual TLS.")
        @Required
        MtlsMode mtls) {}
