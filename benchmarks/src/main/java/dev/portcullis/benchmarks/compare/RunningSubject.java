// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import dev.portcullis.benchmarks.scenario.Payload;
import dev.portcullis.cli.process.Program;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import dev.portcullis.parts.ScratchDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that is being measured, in a process of its own.
 *
 * @param store in which it counts; null: it counts for itself
 * @param port where it answers checks
 * @param payload what it is asked
 * @param readyMillis from the start of the process until it was ready
 */
record RunningSubject(
    Subject subject,
    ChildProcess process,
    @Nullable CountingStore store,
    int port,
    Payload payload,
    double readyMillis)
    implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofMillis(3);

  /** Starts it, and waits until it is ready. */
  static RunningSubject start(Subject subject, ScratchDirectory scratch)
      throws InterruptedException {
    int port = FreePorts.next();
    int admin = FreePorts.next();
    Path plan = scratch.path().resolve("plan-" + port);
    Payload payload;
    try {
      payload = subject.prepare(new PlanDirectory(plan));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> ours = new ArrayList<>();
    ours.add("--listen=127.0.0.1:" + port);
    ours.add("--admin=127.0.0.1:" + admin);
    ours.add("--plan-dir=" + plan);
    ours.add("--drain=0");
    ours.addAll(subject.flags());
    CountingStore store = subject.shares() ? CountingStore.start() : null;
    if (store != null) {
      ours.addAll(store.flags());
    }
    try {
      return start(subject, ours, store, port, admin, payload, scratch);
    } catch (RuntimeException | InterruptedException e) {
      if (store != null) {
        store.close();
      }
      throw e;
    }
  }

  private static RunningSubject start(
      Subject subject,
      List<String> ours,
      @Nullable CountingStore store,
      int port,
      int admin,
      Payload payload,
      ScratchDirectory scratch)
      throws InterruptedException {
    List<String> command = Program.EXT_AUTHZ_SERVER.command(ours.toArray(String[]::new));
    if (subject == Subject.BARE) {
      command = bare(command, port);
    }
    long start = System.nanoTime();
    ChildProcess process =
        ChildProcess.start(
            subject.name(), command, Map.of(), scratch.path().resolve(port + ".log"));
    await(process, subject == Subject.BARE ? Probe.listening(port) : Probe.ready(admin));
    return new RunningSubject(
        subject, process, store, port, payload, (System.nanoTime() - start) / 1e6);
  }

  /** The same Java and the same flags, with the bare server in the place of ours. */
  private static List<String> bare(List<String> ours, int port) {
    List<String> command = new ArrayList<>(ours.subList(0, ours.indexOf("-cp")));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BareServer.class.getName(),
            Integer.toString(port)));
    return command;
  }

  /** Looks every few milliseconds; the shared waiting of the parts looks too seldom to time. */
  private static void await(ChildProcess process, Probe probe) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!probe.succeeds()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        String tail = process.logTail();
        process.close();
        throw new BenchmarkException("a server did not become ready\n" + tail);
      }
      Thread.sleep(LOOK);
    }
  }

  @Override
  public void close() {
    process.close();
    if (store != null) {
      store.close();
    }
  }
}
