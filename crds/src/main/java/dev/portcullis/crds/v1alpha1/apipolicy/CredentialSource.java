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

/**
 * Where a credential stands: exactly one of {@code header}, {@code cookie}, {@code query}.
 *
 * @param prefix only with {@code header}; null: none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.header), has(self.cookie), has(self.query)].filter(present, present).size() =="
            + " 1",
    message =
        "a source needs exactly one of header, cookie and query: give each an item of its own")
@ValidationRule(
    value = "!has(self.prefix) || has(self.header)",
    message = "prefix goes with header only: remove it")
public record CredentialSource(
    @JsonPropertyDescription("Name of a header, in any case.")
        @Size(min = 1, max = 128)
        @Pattern(Names.HEADER)
        @Nullable String header,
    @JsonPropertyDescription(
            "What stands before the credential in the header, such as \"Bearer \". Default:"
                + " nothing.")
        @Size(min = 1, max = 32)
        @Pattern("^[ -~]+$")
        @Nullable String prefix,
    @JsonPropertyDescription("Name of a cookie.")
        @Size(min = 1, max = 128)
        @Pattern("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
        @Nullable String cookie,
    @JsonPropertyDescription(
            "Name of a query parameter. Credentials in URLs end up in logs: prefer a header.")
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z0-9._~-]+$")
        @Nullable String query) {}
