// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

/**
 * What is wrong with an expression, and where.
 *
 * @param offset in characters from the start of the source, from 0
 * @param line from 1
 * @param column in characters, from 1
 * @param message one sentence without a full stop
 * @param hint how to mend it; empty: none
 */
public record ExpressionProblem(int offset, int line, int column, String message, String hint) {

  /** The problem at a character of the source. */
  static ExpressionProblem at(String source, int offset, String message, String hint) {
    int line = 1;
    int lineStart = 0;
    int bounded = Math.min(offset, source.length());
    for (int i = 0; i < bounded; i++) {
      if (source.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new ExpressionProblem(bounded, line, bounded - lineStart + 1, message, hint);
  }

  @Override
  public String toString() {
    return line + ":" + column + ": " + message + (hint.isEmpty() ? "" : " (" + hint + ")");
  }
}
