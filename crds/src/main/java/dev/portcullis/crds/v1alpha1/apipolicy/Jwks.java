// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** A JSON Web Key Set (RFC 7517): exactly one of {@code uri}, {@code inline}, {@code secretRef}. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "[has(self.uri), has(self.inline), has(self.secretRef)].filter(present, present).size() =="
            + " 1",
    message = "jwks needs exactly one of uri, inline and secretRef: remove the others")
public record Jwks(
    @JsonPropertyDescription(
            "URL of the key set. https; http only to this machine or to a Service's name.")
        @Size(min = 1, max = 1024)
        @ValidationRule(
            value =
                "isURL(self) && url(self).getHostname() != '' && (url(self).getScheme() == 'https'"
                    + " || (url(self).getScheme() == 'http' && (url(self).getHostname() in"
                    + " ['localhost', '127.0.0.1', '::1'] ||"
                    + " url(self).getHostname().endsWith('.svc') ||"
                    + " url(self).getHostname().endsWith('.svc.cluster.local'))))",
            message =
                "uri must be an https URL (http only to localhost or to a name that ends in .svc):"
                    + " else whoever stands between could put his own keys there")
        @Nullable String uri,
    @JsonPropertyDescription("The key set itself, as JSON. Public keys only.")
        @Size(min = 2, max = 65536)
        @Nullable String inline,
    @JsonPropertyDescription("A Secret of this namespace that holds the key set as JSON.")
        @Nullable SecretKeyRef secretRef) {}
