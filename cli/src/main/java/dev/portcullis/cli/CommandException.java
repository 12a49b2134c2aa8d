// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli;

import java.io.Serial;

/**
 * A failure that is told in one line and ends the command.
 *
 * <p>Exit codes: 1 the user's error or a failed expectation, 2 wrong usage, 3 the environment lacks
 * something.
 */
public final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;
  private final int exitCode;

  private CommandException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The user's input is wrong. */
  public static CommandException user(String message) {
    return new CommandException(1, message);
  }

  /** The machine lacks something; the message says how to get it. */
  public static CommandException environment(String message) {
    return new CommandException(3, message);
  }

  /** The code that the process ends with. */
  public int exitCode() {
    return exitCode;
  }
}
