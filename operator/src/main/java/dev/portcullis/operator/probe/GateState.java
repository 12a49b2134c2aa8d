// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

/** What is known of a gate. */
public sealed interface GateState {

  /** It is being probed for the first time since it has its plan. */
  record Pending() implements GateState {}

  /** The last probe that counts held. */
  record Held() implements GateState {}

  /** It failed twice in a row. */
  record Failed(ProbeOutcome outcome) implements GateState {}
}
