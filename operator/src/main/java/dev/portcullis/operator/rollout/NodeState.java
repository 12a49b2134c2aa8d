// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

/** How far one node got with what it should hold. */
public sealed interface NodeState {

  /** It runs it. */
  record Ready() implements NodeState {}

  /** It has not said so yet, or is not connected any more. */
  record Lagging() implements NodeState {}

  /**
   * It refused it.
   *
   * @param message its own words
   */
  record Refused(String message) implements NodeState {}
}
