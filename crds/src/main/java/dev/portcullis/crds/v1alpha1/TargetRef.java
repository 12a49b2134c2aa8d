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
 * Names what a policy guards.
 *
 * @param group null: the group of the kind
 * @param name of a Namespace: the policy's own
 * @param sectionName null: every port
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.group) || self.group == (self.kind in ['Deployment', 'StatefulSet', 'DaemonSet']"
            + " ? 'apps' : '')",
    message =
        "group must be apps for Deployment, StatefulSet and DaemonSet, and empty for Service and"
            + " Namespace: correct it, or leave it out")
@ValidationRule(
    value =
        "!(self.kind in ['Service', 'Namespace']) || (self.name.size() <= 63 &&"
            + " !self.name.contains('.'))",
    message = "the name of a Service or a Namespace has no dots and at most 63 characters")
@ValidationRule(
    value = "self.kind != 'Namespace' || !has(self.sectionName)",
    message = "a Namespace has no sections: remove sectionName, or target a Service")
public record TargetRef(
    @JsonPropertyDescription(
            "API group of the target: apps for Deployment, StatefulSet and DaemonSet, empty for"
                + " Service and Namespace. May be left out.")
        @Size(max = 253)
        @Nullable String group,
    @JsonPropertyDescription(
            "Kind of the target. Service: every port of every pod that it selects. Deployment,"
                + " StatefulSet, DaemonSet: every port of their pods. Namespace: every port of"
                + " every pod in it.")
        @Required
        Kind kind,
    @JsonPropertyDescription("Name of the target. For a Namespace: the policy's own.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Names.DNS_SUBDOMAIN)
        String name,
    @JsonPropertyDescription(
            "Name of the one port that is meant: of a Service's port, or of a container's port."
                + " Default: every port.")
        @Size(min = 1, max = 63)
        @Pattern(Names.DNS_LABEL)
        @Nullable String sectionName) {

  /** What a policy can guard. */
  public enum Kind {
    /** Every (pod, container port) that it selects. */
    @JsonProperty("Service")
    SERVICE("Service"),
    /** Every container port of its pods. */
    @JsonProperty("Deployment")
    DEPLOYMENT("Deployment"),
    /** Every container port of its pods. */
    @JsonProperty("StatefulSet")
    STATEFUL_SET("StatefulSet"),
    /** Every container port of its pods. */
    @JsonProperty("DaemonSet")
    DAEMON_SET("DaemonSet"),
    /** Every container port of every pod in it. */
    @JsonProperty("Namespace")
    NAMESPACE("Namespace");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As Kubernetes writes it. */
    public String word() {
      return word;
    }

    /** Whether it owns pods. */
    public boolean isWorkload() {
      return switch (this) {
        case DEPLOYMENT, STATEFUL_SET, DAEMON_SET -> true;
        case SERVICE, NAMESPACE -> false;
      };
    }
  }

  /** The whole of a Service. */
  public static TargetRef service(String name) {
    return new TargetRef(null, Kind.SERVICE, name, null);
  }
}
