// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a policy of a wider target stands to those of narrower ones, section by section. */
public enum Inheritance {
  /** It speaks where the narrower ones say nothing. */
  @JsonProperty("Default")
  DEFAULT,
  /** It speaks instead of the narrower ones. */
  @JsonProperty("Override")
  OVERRIDE
}
