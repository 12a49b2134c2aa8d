// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

/** Answers one kind of question. Thread-safe. */
@FunctionalInterface
public interface Admission {
  /**
   * The answer.
   *
   * @throws AdmissionException when there is no answer, and the webhook configuration has to decide
   */
  AdmissionAnswer answer(AdmissionRequest request);
}
