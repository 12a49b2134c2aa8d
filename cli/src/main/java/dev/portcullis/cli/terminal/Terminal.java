// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.terminal;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes progress for people to standard error. On a terminal a step is one line that completes
 * itself; elsewhere each step is one plain line. Not thread-safe: one thread tells the story.
 */
public final class Terminal {
  private final PrintStream out;
  private final boolean interactive;
  private long stepStart;
  private String step = "";

  public Terminal(PrintStream out, boolean interactive) {
    this.out = out;
    this.interactive = interactive;
  }

  /** Standard error; colours and rewriting only where a person looks on. */
  public static Terminal standardError() {
    boolean interactive = person().isPresent() && System.getenv("NO_COLOR") == null;
    return new Terminal(System.err, interactive);
  }

  /** The console, where a person sits at it. */
  public static Optional<Console> person() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }

  /** Whether a person looks on. */
  public boolean interactive() {
    return interactive;
  }

  /** Begins a step. */
  public void begin(String what) {
    step = what;
    stepStart = System.nanoTime();
    if (interactive) {
      out.print("  … " + what);
      out.flush();
    }
  }

  /** Ends the step that began last. */
  public void done(String detail) {
    Duration took = Duration.ofNanos(System.nanoTime() - stepStart);
    String line = "  ✓ " + step + (detail.isEmpty() ? "" : " — " + detail) + seconds(took);
    out.println(interactive ? "\r\033[K" + green(line) : line);
  }

  /** Says something. */
  public void say(String line) {
    out.println(line);
  }

  private static String seconds(Duration took) {
    return took.toMillis() < 1000 ? "" : " (%.1f s)".formatted(took.toMillis() / 1000.0);
  }

  private static String green(String line) {
    return line.replaceFirst("✓", "\033[32m✓\033[0m");
  }
}
