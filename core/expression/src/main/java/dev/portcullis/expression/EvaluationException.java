// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

/**
 * An evaluation that yielded no value. The message is for operators; it quotes the expression, and
 * no value of the request.
 */
public final class EvaluationException extends Exception {
  private static final long serialVersionUID = 1;

  EvaluationException(String message) {
    super(message, null, false, false);
  }
}
