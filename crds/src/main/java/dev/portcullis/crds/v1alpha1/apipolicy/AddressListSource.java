// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where a list of addresses is: exactly one of {@code configMapRef} and {@code file}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.configMapRef) != has(self.file)",
    message = "a list needs exactly one of configMapRef and file: remove the other")
public record AddressListSource(
    @JsonPropertyDescription(
            "A ConfigMap of this namespace whose text is the list: an address or CIDR range a line;"
                + " # and ; begin comments.")
        @Nullable ConfigMapRef configMapRef,
    @JsonPropertyDescription(
            "A file of the decision services, by the name that their flag --address-list gives it.")
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        @Nullable String file) {}
