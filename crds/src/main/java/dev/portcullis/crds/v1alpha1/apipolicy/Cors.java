// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of other origins may call from a browser (the Fetch standard's CORS protocol).
 *
 * @param allowMethods empty: GET, HEAD, POST
 * @param allowHeaders empty: where the policy's methods read credentials, and Content-Type
 * @param maxAge 0s to 24h; null: 10m
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.allowCredentials) || !self.allowCredentials || !self.allowOrigins.exists(o, o =="
            + " '*')",
    message =
        "allowCredentials lets a page act with its visitor's cookies, so the pages must be named:"
            + " list origins instead of *",
    fieldPath = ".allowCredentials")
public record Cors(
    @JsonPropertyDescription(
            "Origins whose pages may call: https://shop.example.com, https://*.example.com for"
                + " names below one, or * for all.")
        @Required
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = "!self.exists(o, o == 'null')",
            message = "null is the origin of every sandboxed document: name those that you mean")
        List<@Size(min = 1, max = 320) @Pattern(Names.ORIGIN) String> allowOrigins,
    @JsonPropertyDescription("Methods that a page may use. Default: GET, HEAD, POST.")
        @Size(min = 1, max = 16)
        List<@Size(max = 32) @Pattern(Names.METHOD) String> allowMethods,
    @JsonPropertyDescription(
            "Headers that a page may send. Default: those in which the policy's authentication"
                + " reads credentials, and Content-Type.")
        @Size(min = 1, max = 64)
        List<@Size(min = 1, max = 128) @Pattern(Names.HEADER) String> allowHeaders,
    @JsonPropertyDescription(
            "Headers of answers that a page may read, besides those that Portcullis itself sets.")
        @Size(min = 1, max = 64)
        List<@Size(min = 1, max = 128) @Pattern(Names.HEADER) String> exposeHeaders,
    @JsonPropertyDescription(
            "Whether a page may act with its visitor's cookies or client certificate.")
        @Default("false")
        boolean allowCredentials,
    @JsonPropertyDescription(
            "How long a browser may remember what a page may do, 0s to 24h. Default: 10m.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) <= duration('24h')",
            message = "maxAge must be at most 24h: no browser remembers it longer")
        @Nullable String maxAge) {

  public Cors {
    allowOrigins = Absent.toEmpty(allowOrigins);
    allowMethods = Absent.toEmpty(allowMethods);
    allowHeaders = Absent.toEmpty(allowHeaders);
    exposeHeaders = Absent.toEmpty(exposeHeaders);
  }
}
