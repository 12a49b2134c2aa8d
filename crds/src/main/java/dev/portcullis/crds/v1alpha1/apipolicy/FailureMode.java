// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What Envoy does when it gets no answer from the decision service. */
public enum FailureMode {
  /** It refuses with 503. */
  @JsonProperty("Deny")
  DENY,

  /** It lets the request pass. */
  @JsonProperty("Allow")
  ALLOW
}
