// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** A Secret that holds the credentials of a client of an authorization server. */
public record ClientSecretRef(
    @JsonPropertyDescription(
            "Name of a Secret of this namespace with the keys client-id and client-secret.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Names.DNS_SUBDOMAIN)
        String name) {}
