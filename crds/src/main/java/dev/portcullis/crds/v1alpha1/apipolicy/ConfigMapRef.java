// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A ConfigMap in the policy's namespace, or one key of it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ConfigMapRef(
    @JsonPropertyDescription("Name of the ConfigMap.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Names.DNS_SUBDOMAIN)
        String name,
    @JsonPropertyDescription("Key in the ConfigMap. Default: all of them, taken together.")
        @Size(min = 1, max = 253)
        @Pattern("^[-._a-zA-Z0-9]+$")
        @Nullable String key) {}
