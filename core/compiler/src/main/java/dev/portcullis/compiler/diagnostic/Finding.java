// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

/**
 * A diagnostic that does not know yet where its resource came from.
 *
 * @param offset into the text of the value at {@code path}, in characters; 0 when the whole value
 *     is meant
 * @param message one sentence without a full stop: what is wrong
 * @param fix one sentence without a full stop: how to mend it
 */
public record Finding(
    DiagnosticCode code,
    Severity severity,
    FieldPath path,
    int offset,
    String message,
    String fix) {

  /** A finding about a whole value, as severe as its code says. */
  public static Finding of(DiagnosticCode code, FieldPath path, String message, String fix) {
    return new Finding(code, code.severity(), path, 0, message, fix);
  }

  /** The same finding, with another severity. */
  public Finding as(Severity other) {
    return new Finding(code, other, path, offset, message, fix);
  }
}
