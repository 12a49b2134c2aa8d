// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.process;

import dev.portcullis.parts.ChildProcess;
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

  /** Starts a program and waits until it is ready. */
  public ChildProcess start(String name, List<String> command, Readiness.Check ready) {
    ChildProcess child =
        ChildProcess.start(name, command, Map.of(), directory.resolve(name + ".log"));
    synchronized (children) {
      children.push(child);
    }
    Readiness.await(name, Duration.ofSeconds(90), List.of(child), ready);
    return child;
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
