// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What form requests must have.
 *
 * @param maxBodyBytes 0 to 1 GiB; null: unbounded here
 * @param contentTypes media types in lower case; empty: any
 * @param maxHeaderBytes sum of the lengths of names and values, at most Envoy's own 60 KiB; null:
 *     only Envoy's
 * @param maxQueryParameters count; null: unbounded here
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record RequestChecks(
    @JsonPropertyDescription("Largest body in bytes; more is refused with 413.")
        @Min(0)
        @Max(1073741824)
        @Nullable Long maxBodyBytes,
    @JsonPropertyDescription(
            "Media types that a body may have, in lower case and without parameters; others are"
                + " refused with 415. Default: any.")
        @Size(min = 1, max = 32)
        List<@Size(min = 3, max = 127) @Pattern(Names.MEDIA_TYPE) String> contentTypes,
    @JsonPropertyDescription(
            "Largest sum of header names and values in bytes. Envoy itself refuses more than 60"
                + " KiB.")
        @Min(256)
        @Max(61440)
        @Nullable Integer maxHeaderBytes,
    @JsonPropertyDescription("Most query parameters that a request may have.") @Min(0) @Max(1024)
        @Nullable Integer maxQueryParameters) {

  public RequestChecks {
    contentTypes = Absent.toEmpty(contentTypes);
  }
}
