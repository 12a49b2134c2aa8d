// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** Whether a rule acts, or only records what it would have done. */
public enum Mode {
  ENFORCE,
  SHADOW
}
