// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Names what a policy guards, in the policy's own namespace.
 *
 * @param group null or empty: the core group
 * @param sectionName null: every port of the Service
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TargetRef(
    @JsonPropertyDescription(
            "API group of the target. Empty, because Services are in the core group.")
        @Size(max = 253)
        @ValidationRule(
            value = "self == \"\"",
            message = "group must be empty: only Services of the core group can be targets")
        @Nullable String group,
    @JsonPropertyDescription("Kind of the target.") @Required Kind kind,
    @JsonPropertyDescription("Name of the target.")
        @Required
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        String name,
    @JsonPropertyDescription("Name of the one port that is meant. Default: every port.")
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        @Nullable String sectionName) {

  /** What a policy can guard. */
  public enum Kind {
    /** Every (pod, container port) that it selects. */
    @JsonProperty("Service")
    SERVICE
  }

  /** The whole of a Service. */
  public static TargetRef service(String name) {
    return new TargetRef(null, Kind.SERVICE, name, null);
  }
}
