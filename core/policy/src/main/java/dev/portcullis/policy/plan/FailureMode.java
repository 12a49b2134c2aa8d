// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * What Envoy does when it gets no answer from the decision service; it never turns an error inside
 * it into a pass.
 */
public enum FailureMode {
  DENY,
  ALLOW
}
