// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * One way to authenticate: exactly one of {@code jwt}, {@code apiKey}, {@code mtls}, {@code
 * introspection}, {@code anonymous}.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.jwt), has(self.apiKey), has(self.mtls), has(self.introspection),"
            + " has(self.anonymous)]"
            + ".filter(present, present).size() == 1",
    message =
        "a method needs exactly one of jwt, apiKey, mtls, introspection and anonymous: give each a"
            + " method of its own")
public record Method(
    @JsonPropertyDescription(
            "Name of the method, unique in the policy. Policies read it as auth.method.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        String name,
    @JsonPropertyDescription("Signed tokens (RFC 7519).") @Nullable JwtMethod jwt,
    @JsonPropertyDescription("Keys issued as ApiKey resources of this namespace.")
        @Nullable ApiKeyMethod apiKey,
    @JsonPropertyDescription(
            "Certificates of workloads and of clients from outside, proved by mutual TLS. A caller"
                + " whose certificate nothing here names goes on to the next method.")
        @Nullable MtlsMethod mtls,
    @JsonPropertyDescription("Tokens of which their issuer is asked (RFC 7662).")
        @Nullable IntrospectionMethod introspection,
    @JsonPropertyDescription(
            "Requests that carry no credentials. One whose credentials fail is refused, not made"
                + " anonymous.")
        @Nullable AnonymousMethod anonymous) {}
