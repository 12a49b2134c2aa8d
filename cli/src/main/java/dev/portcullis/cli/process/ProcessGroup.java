// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.cli.CommandException;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.PartsException;
import dev.portcullis.parts.Readiness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Programs that were started together and end together, the newest first. Thread-safe. */
public final class ProcessGroup implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Deque<ChildProcess> children = new ArrayDeque<>();
  private final Path directory;

  /**
   * An empty group.
   *
   * @param directory for the programs' logs; must exist
   */
  public ProcessGroup(Path directory) {
    this.directory = directory;
  }

  /**
   * Starts a program and waits until it is ready.
   *
   * @throws CommandException in one line, when it ends instead
   */
  public ChildProcess start(String name, List<String> command, Readiness.Check ready) {
    return added(name, ChildProcess.start(name, command, Map.of(), log(name)), ready);
  }

  /** The same for a program whose standard output is to be the command's own. */
  public ChildProcess startPrinting(String name, List<String> command, Readiness.Check ready) {
    return added(name, ChildProcess.startPrinting(name, command, Map.of(), log(name)), ready);
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  private ChildProcess added(String name, ChildProcess child, Readiness.Check ready) {
    synchronized (children) {
      children.push(child);
    }
    await(name, child, ready);
    return child;
  }

  /**
   * Waits until a program that was started is ready for something.
   *
   * @throws CommandException in one line, when it ends instead
   */
  public void await(String what, ChildProcess child, Readiness.Check ready) {
    try {
      Readiness.await(what, PATIENCE, List.of(child), ready);
    } catch (PartsException e) {
      throw child.isAlive() ? e : ended(child);
    }
  }

  /** Says in one line that a program ended which should not have. */
  public static CommandException ended(ChildProcess child) {
    return CommandException.environment(child.name() + " has ended: " + LastWords.of(child));
  }

  /** The first program that ended by itself; null while all run. */
  public @Nullable ChildProcess firstDead() {
    synchronized (children) {
      for (ChildProcess child : children) {
        if (!child.isAlive()) {
          return child;
        }
      }
      return null;
    }
  }

  @Override
  public void close() {
    synchronized (children) {
      while (!children.isEmpty()) {
        children.pop().close();
      }
    }
  }
}
