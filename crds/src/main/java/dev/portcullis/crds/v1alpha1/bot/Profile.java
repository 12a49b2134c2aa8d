// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.bot;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A set of signals and their weights, which never changes. */
public enum Profile {
  /** The first. */
  @JsonProperty("v1")
  V1
}
