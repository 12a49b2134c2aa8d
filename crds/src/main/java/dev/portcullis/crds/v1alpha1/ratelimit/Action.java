// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a request that is beyond a limit. */
public enum Action {
  /** It is refused. */
  @JsonProperty("Deny")
  DENY,
  /** It is held until the limit admits it, and refused when that would take too long. */
  @JsonProperty("Delay")
  DELAY
}
