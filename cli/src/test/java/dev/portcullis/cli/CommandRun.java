// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;

/**
 * The command, run in process as a user would run it.
 *
 * @param out standard output
 * @param err standard error
 */
public record CommandRun(int exitCode, String out, String err) {

  /** Runs it with an empty standard input. */
  public static CommandRun of(String... arguments) {
    return reading("", arguments);
  }

  /** Runs it; {@code input} is what stands on its standard input. */
  public static CommandRun reading(String input, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream standardError = System.err;
    InputStream standardInput = System.in;
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    try {
      CommandLine command = Main.commandLine();
      command.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
      command.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
      int exitCode = command.execute(arguments);
      return new CommandRun(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(standardError);
      System.setIn(standardInput);
    }
  }

  /** The lines of standard error. */
  public List<String> errLines() {
    return err.lines().toList();
  }

  /** The one line of standard error; more or fewer fail the test. */
  public String complaint() {
    if (errLines().size() != 1) {
      throw new AssertionError("not one line but " + errLines().size() + ":\n" + err);
    }
    return errLines().getFirst();
  }
}
