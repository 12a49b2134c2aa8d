// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import java.io.Serial;

/** A text that is not YAML, or not YAML that is safe to read. */
final class YamlException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final DiagnosticCode code;
  private final int line;
  private final int column;
  private final String fix;

  /**
   * @param line from 1; 0: the whole text
   */
  YamlException(DiagnosticCode code, int line, int column, String message, String fix) {
    super(message);
    this.code = code;
    this.line = line;
    this.column = column;
    this.fix = fix;
  }

  DiagnosticCode code() {
    return code;
  }

  int line() {
    return line;
  }

  int column() {
    return column;
  }

  String fix() {
    return fix;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
