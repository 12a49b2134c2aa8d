// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An issued key as its resource holds it.
 *
 * @param id the public part, by which a key is found
 * @param sha256 of the whole key as text, 64 lower-case hexadecimal digits
 * @param plan null: none
 * @param notBefore RFC 3339; null: at once
 * @param expires RFC 3339; null: never
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.notBefore) || !has(self.expires) || timestamp(self.notBefore) <"
            + " timestamp(self.expires)",
    message = "expires must be later than notBefore: else the key is never valid",
    fieldPath = ".expires")
public record ApiKeySpec(
    @JsonPropertyDescription(
            "The public part of the key, between the first two underscores. Unique in its"
                + " namespace.")
        @Required
        @Size(min = 4, max = 32)
        @Pattern("^[0-9A-Za-z]+$")
        String id,
    @JsonPropertyDescription("SHA-256 of the whole key as text, in lower-case hexadecimal.")
        @Required
        @Size(min = 64, max = 64)
        @Pattern("^[0-9a-f]{64}$")
        String sha256,
    @JsonPropertyDescription("Whom the key was issued to. Policies read it as auth.client.")
        @Required
        @Size(min = 1, max = 128)
        @Pattern("^[A-Za-z0-9][A-Za-z0-9._@:/-]*$")
        String client,
    @JsonPropertyDescription(
            "The client's plan. Policies read it as auth.plan, limits find their allowance by it.")
        @Size(min = 1, max = 63)
        @Pattern(Names.PLAN)
        @Nullable String plan,
    @JsonPropertyDescription("What the key may be used for. Policies read it as auth.scopes.")
        @Size(max = 64)
        List<@Size(min = 1, max = 128) @Pattern(Names.SCOPE) String> scopes,
    @JsonPropertyDescription("The key is refused before this time. Default: valid at once.")
        @Size(max = 40)
        @Pattern(Names.TIME)
        @Nullable String notBefore,
    @JsonPropertyDescription("The key is refused from this time on. Default: never.")
        @Size(max = 40)
        @Pattern(Names.TIME)
        @Nullable String expires,
    @JsonPropertyDescription("A revoked key is refused.") @Default("false") boolean revoked) {

  public ApiKeySpec {
    scopes = Absent.toEmpty(scopes);
  }
}
