// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a rule acts. */
public enum Mode {
  /** It acts. */
  @JsonProperty("Enforce")
  ENFORCE,

  /** It records what it would have done, and changes nothing. */
  @JsonProperty("Shadow")
  SHADOW
}
