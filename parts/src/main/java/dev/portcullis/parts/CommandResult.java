// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

/**
 * How a command ended.
 *
 * @param command as it was run
 * @param output standard output and error together
 */
public record CommandResult(String command, int exitCode, String output) {

  /**
   * The output of a command that succeeded.
   *
   * @throws PartsException with the output of one that did not
   */
  public String orThrow() {
    if (exitCode != 0) {
      throw new PartsException("exit code " + exitCode + " of " + command + "\n" + output);
    }
    return output;
  }
}
