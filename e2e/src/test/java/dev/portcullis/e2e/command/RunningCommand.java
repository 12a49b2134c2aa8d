// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.e2e.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.parts.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The command, running; what it makes in the temporary directory can be looked at. */
public final class RunningCommand implements AutoCloseable {
  /** For a machine that is busy with other things. */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Process process;
  private final Path said;
  private final Path temporary;

  private RunningCommand(Process process, Path said, Path temporary) {
    this.process = process;
    this.said = said;
    this.temporary = temporary;
  }

  /** Starts it; {@code directory} is empty and holds what it says and its temporary files. */
  public static RunningCommand start(Path directory, String... arguments) {
    return startAt(Home.directory(), directory, arguments);
  }

  /** The same for a project that stands elsewhere, where things may be missing. */
  public static RunningCommand startAt(Path home, Path directory, String... arguments) {
    Path target = Home.directory().resolve("cli/target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.add("-Dportcullis.home=" + home);
    command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
    command.addAll(List.of("-cp", target.resolve("portcullis-cli.jar") + ":" + target + "/lib/*"));
    command.add("dev.portcullis.cli.Main");
    command.addAll(List.of(arguments));
    try {
      Path temporary = Files.createDirectories(directory.resolve("tmp"));
      Path said = directory.resolve("said.txt");
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(said.toFile())
              .start();
      process.getOutputStream().close();
      return new RunningCommand(process, said, temporary);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Everything that it said up to now. */
  List<String> lines() {
    try {
      return Files.readAllLines(said);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until it says a line that contains the text, counted from line {@code from}. */
  public void awaitLine(int from, String text) {
    await(text, () -> lines().stream().skip(from).anyMatch(line -> line.contains(text)));
  }

  /** Waits for something; fails when the command ends or time runs out. */
  public void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(process.isAlive() && System.nanoTime() < deadline)
          .as("still waiting for: %s; it said:%n%s", what, String.join("\n", lines()))
          .isTrue();
      sleep(20);
    }
  }

  /** Every process that it started, at any depth. */
  List<ProcessHandle> started() {
    return process.descendants().toList();
  }

  /** Sends SIGTERM, as {@code kill} does. */
  void terminate() {
    process.destroy();
  }

  /** Waits until it has ended; returns its exit code. */
  int exitCode() {
    try {
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Asserts that nothing of what it started is left, neither processes nor files. */
  void assertNothingIsLeft(List<ProcessHandle> started) {
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    // A killed process stays listed until its new parent has taken notice of its end.
    while (started.stream().anyMatch(ProcessHandle::isAlive) && System.nanoTime() < deadline) {
      sleep(50);
    }
    assertThat(started).filteredOn(ProcessHandle::isAlive).isEmpty();
    assertThat(temporary).isEmptyDirectory();
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    terminate();
    exitCode();
  }
}
