// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/**
 * Where counters are kept.
 *
 * @param scope as written; Replica when it was left out
 * @param accuracy as written; null: Exact
 * @param onStoreFailure as written; null: LocalShare
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.scope == 'Cluster' || !has(self.accuracy)",
    message = "accuracy goes with scope Cluster: nothing else asks a store")
@ValidationRule(
    value = "self.scope == 'Cluster' || !has(self.onStoreFailure)",
    message = "onStoreFailure goes with scope Cluster: nothing else asks a store")
public record Store(
    @JsonPropertyDescription(
            "Who shares counters. Replica: each replica of the decision service counts for itself."
                + " Cluster: all of them count together, in their --valkey.")
        @Default("Replica")
        Scope scope,
    @JsonPropertyDescription(
            "How often the store is asked. Exact, the default: for each request. Leased: a replica"
                + " is charged for some requests ahead, where one key has many; never more than the"
                + " limit.")
        @Nullable Accuracy accuracy,
    @JsonPropertyDescription(
            "What becomes of requests while the store cannot be asked. LocalShare, the default:"
                + " each replica counts for itself, up to the limit divided by the replicas. Deny:"
                + " they get 503. Allow: they pass and are not counted.")
        @Nullable OnStoreFailure onStoreFailure) {

  public Store {
    scope = scope == null ? Scope.REPLICA : scope;
  }

  /** Who shares counters. */
  public enum Scope {
    /** Nobody: each replica of the decision service counts for itself. */
    @JsonProperty("Replica")
    REPLICA,
    /** All replicas of the decision service. */
    @JsonProperty("Cluster")
    CLUSTER
  }

  /** How often the store is asked. */
  public enum Accuracy {
    /** For each request. */
    @JsonProperty("Exact")
    EXACT,
    /** For some requests ahead, where one key has many. */
    @JsonProperty("Leased")
    LEASED
  }

  /** What becomes of requests while the store cannot be asked. */
  public enum OnStoreFailure {
    /** Each replica counts for itself, up to the limit divided by the replicas. */
    @JsonProperty("LocalShare")
    LOCAL_SHARE,
    /** They are refused. */
    @JsonProperty("Deny")
    DENY,
    /** They pass and are not counted. */
    @JsonProperty("Allow")
    ALLOW
  }
}
