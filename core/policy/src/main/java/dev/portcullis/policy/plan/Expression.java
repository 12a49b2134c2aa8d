// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * A CEL expression that the compiler has type-checked; the engine compiles it again when it loads
 * the plan, against the same environment, so that a plan needs no binary form.
 *
 * @param source the text as the user wrote it
 */
public record Expression(String source) {

  @Override
  public String toString() {
    return source;
  }
}
