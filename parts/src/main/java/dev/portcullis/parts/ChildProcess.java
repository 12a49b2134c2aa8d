// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process of ours that writes its output to a file and does not outlive this JVM. */
public final class ChildProcess implements AutoCloseable {
  // A program that is trained writes down what it learned before it ends.
  private static final Duration GRACE =
      Duration.ofSeconds(Integer.getInteger("portcullis.grace.seconds", 10));
  private static final int LOG_TAIL = 4_000;

  private final String name;
  private final Process process;
  private final Path log;

  private ChildProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts a program.
   *
   * @param name for messages
   * @param environment added to this JVM's own
   * @param log receives standard output and error; appended to
   * @throws PartsException when it cannot be started
   */
  public static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return start(name, builder, environment, log);
  }

  /** The same for a program whose standard output is to be this JVM's own. */
  public static ChildProcess startPrinting(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .redirectOutput(ProcessBuilder.Redirect.INHERIT);
    return start(name, builder, environment, log);
  }

  private static ChildProcess start(
      String name, ProcessBuilder builder, Map<String, String> environment, Path log) {
    builder.environment().putAll(environment);
    try {
      Process process = Leftovers.start(builder);
      process.getOutputStream().close();
      return new ChildProcess(name, process, log);
    } catch (IOException e) {
      throw new PartsException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  /** Says that it has nothing to lose: when this JVM ends, it is killed without being asked. */
  public ChildProcess expendable() {
    Leftovers.expendable(process);
    return this;
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Whether this JVM is ending, by a signal for example: what fails now fails because of it, and
   * need not be told.
   */
  public static boolean allAreEnding() {
    return Leftovers.ending();
  }

  /** The file that holds its output. */
  public Path log() {
    return log;
  }

  /** The last few kilobytes of its output. */
  public String logTail() {
    try {
      String text = Files.readString(log, StandardCharsets.ISO_8859_1);
      return text.substring(Math.max(0, text.length() - LOG_TAIL));
    } catch (IOException e) {
      return "(its log cannot be read: " + e.getMessage() + ")";
    }
  }

  /** Freezes it (SIGSTOP): its connections stay open and nothing answers. */
  public void freeze() {
    signal("STOP");
  }

  /** Lets it go on after {@link #freeze()}. */
  public void thaw() {
    signal("CONT");
  }

  /** Ends it at once (SIGKILL), and waits until it is gone. */
  public void kill() {
    process.destroyForcibly();
    if (!gone(GRACE)) {
      throw new PartsException(name + " (pid " + pid() + ") survives SIGKILL");
    }
  }

  /** Asks it to end (SIGTERM), waits 10 s or {@code portcullis.grace.seconds}, then kills it. */
  @Override
  public void close() {
    process.destroy();
    if (!gone(GRACE)) {
      kill();
    }
  }

  private boolean gone(Duration patience) {
    try {
      return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void signal(String signal) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start();
      if (kill.waitFor() != 0) {
        throw new PartsException("cannot send SIG" + signal + " to " + name);
      }
    } catch (IOException e) {
      throw new PartsException("cannot send SIG" + signal + " to " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PartsException("interrupted", e);
    }
  }
}
