// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

/** Where an evaluation reads its variables, one by one and only those that it needs. */
@FunctionalInterface
public interface VariableSource {

  /**
   * The value, of the Java type that the variable's documentation names.
   *
   * @throws UnreadableVariableException when there is no value; that is an evaluation error and
   *     never an empty value
   */
  Object read(Variable variable);
}
