// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Issued keys.
 *
 * @param from where the key may stand; empty: header {@code X-API-Key}
 * @param selector null: every ApiKey of the namespace
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ApiKeyMethod(
    @JsonPropertyDescription(
            "Where the key may stand, tried in this order. Default: header X-API-Key.")
        @Size(min = 1, max = 8)
        List<CredentialSource> from,
    @JsonPropertyDescription("Which ApiKeys of this namespace count. Default: all of them.")
        @Nullable KeySelector selector) {

  public ApiKeyMethod {
    from = Absent.toEmpty(from);
  }
}
