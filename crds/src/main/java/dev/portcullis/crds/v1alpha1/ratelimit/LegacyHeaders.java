// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.ratelimit;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which headers from before the draft of RateLimit tell clients of their limits too. */
public enum LegacyHeaders {
  /** None: RateLimit and RateLimit-Policy tell all. */
  @JsonProperty("None")
  NONE,
  /** X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset. */
  @JsonProperty("XRateLimit")
  X_RATE_LIMIT
}
