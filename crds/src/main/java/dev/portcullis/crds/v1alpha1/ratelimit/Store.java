// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/**
 * Where counters are kept.
 *
 * @param scope as written; Replica when it was left out
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Store(
    @JsonPropertyDescription(
            "Who shares counters. Replica: each replica of the decision service counts for itself.")
        @Default("Replica")
        Scope scope) {

  public Store {
    scope = scope == null ? Scope.REPLICA : scope;
  }

  /** Who shares counters. */
  public enum Scope {
    /** Nobody: each replica of the decision service counts for itself. */
    @JsonProperty("Replica")
    REPLICA
  }
}
