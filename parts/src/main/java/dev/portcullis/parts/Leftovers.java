// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.parts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What must be gone when this JVM ends, also by a signal: first the processes, then the directories
 * that they write to. While it clears, nothing new can be started or made, so that nothing slips
 * through between two looks.
 */
final class Leftovers {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Set<Process> PROCESSES = new HashSet<>();
  private static final Set<Process> EXPENDABLE = new HashSet<>();
  private static final Set<Path> DIRECTORIES = new HashSet<>();
  private static boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(Leftovers::clear, "end-leftovers"));
  }

  private Leftovers() {}

  /**
   * Starts a process that does not outlive this JVM.
   *
   * @throws PartsException when this JVM is ending
   */
  static synchronized Process start(ProcessBuilder builder) throws IOException {
    refuseWhenEnding("start " + builder.command().getFirst());
    Process process = builder.start();
    PROCESSES.add(process);
    var _ = process.onExit().thenAccept(Leftovers::forget);
    return process;
  }

  /** The process has nothing to lose: it is killed without being asked to end. */
  static synchronized void expendable(Process process) {
    EXPENDABLE.add(process);
  }

  /**
   * Makes a temporary directory that does not outlive this JVM.
   *
   * @throws PartsException when this JVM is ending
   */
  static synchronized Path createDirectory(String prefix) throws IOException {
    refuseWhenEnding("make a temporary directory");
    Path directory = Files.createTempDirectory(prefix);
    DIRECTORIES.add(directory);
    return directory;
  }

  /** The directory was removed by its owner. */
  static synchronized void forget(Path directory) {
    DIRECTORIES.remove(directory);
  }

  /** Whether this JVM is ending, so that whatever fails now fails because of it. */
  static synchronized boolean ending() {
    return ending;
  }

  private static synchronized void forget(Process process) {
    PROCESSES.remove(process);
    EXPENDABLE.remove(process);
  }

  private static void refuseWhenEnding(String what) {
    if (ending) {
      throw new PartsException("cannot " + what + ": this program is ending");
    }
  }

  private static void clear() {
    List<Process> processes;
    List<Process> expendable;
    List<Path> directories;
    synchronized (Leftovers.class) {
      ending = true;
      processes = List.copyOf(PROCESSES);
      expendable = List.copyOf(EXPENDABLE);
      directories = List.copyOf(DIRECTORIES);
    }
    expendable.forEach(Process::destroyForcibly);
    processes.forEach(Process::destroy);
    await(processes, GRACE);
    processes.forEach(Process::destroyForcibly);
    await(processes, GRACE);
    directories.forEach(Leftovers::remove);
  }

  private static void await(List<Process> processes, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      for (Process process : processes) {
        process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Path directory) {
    try {
      DirectoryTree.delete(directory);
    } catch (IOException e) {
      System.err.println("portcullis: cannot remove " + directory + ": " + e.getMessage());
    }
  }
}
