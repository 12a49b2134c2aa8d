// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import dev.portcullis.compiler.CompileCache;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.fleet.FleetPlan;
import dev.portcullis.fleet.MeshSettings;
import dev.portcullis.operator.cluster.ClusterSnapshot;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that reads, compiles, rolls out and reports. */
public final class PolicyWorker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PolicyWorker.class);

  /** While something is on its way; deadlines pass without a signal. */
  private static final Duration BUSY_TICK = Duration.ofMillis(200);

  /** When nothing is: lost nodes are forgotten, failed writes are tried again. */
  private static final Duration IDLE_TICK = Duration.ofSeconds(5);

  /**
   * So long statuses wait for nodes to answer, so that a policy that they take at once is written
   * of once. After it, a policy says what it waits for.
   */
  private static final Duration REPORT_LATEST = Duration.ofSeconds(2);

  private static final Duration FIRST_REPORT_LATEST = Duration.ofSeconds(3);

  private final Signals signals;
  private final Function<Map<String, LastAccepted>, ClusterSnapshot> reader;
  private final Rollout rollout;
  private final MeshSettings mesh;
  private final Reporter reporter;
  private final Timer compilations;
  private final Thread thread;
  private volatile @Nullable Compiled latest;
  private volatile boolean closed;
  private Map<String, LastAccepted> served = new HashMap<>();
  private @Nullable ClusterSnapshot snapshot;
  private @Nullable CompileResult result;
  private FleetPlan fleet = FleetPlan.EMPTY;
  private long reportAt;
  private boolean reported;
  private boolean settled;

  /** Learns how things stand, on the worker's thread; must not block. */
  @FunctionalInterface
  public interface Reporter {
    void report(ClusterSnapshot snapshot, CompileResult result, FleetPlan fleet, Progress progress);
  }

  /** What was compiled last, for those who ask what would become of one more policy. */
  public record Compiled(PolicySet input, CompileCache cache) {}

  /**
   * @param reader reads the cluster, given what was served of each policy last, by its UID
   * @param mesh what all sidecars have in common
   */
  public PolicyWorker(
      Signals signals,
      Function<Map<String, LastAccepted>, ClusterSnapshot> reader,
      Rollout rollout,
      MeshSettings mesh,
      Reporter reporter,
      MeterRegistry metrics) {
    this.signals = signals;
    this.reader = reader;
    this.rollout = rollout;
    this.mesh = mesh;
    this.reporter = reporter;
    this.compilations = metrics.timer("portcullis.compilations");
    this.thread = Thread.ofPlatform().name("policy-worker").unstarted(this::run);
  }

  /** Starts to work. Every informer must know all there is by now. */
  public void start() {
    reportLatest(FIRST_REPORT_LATEST);
    signals.inputsChanged();
    thread.start();
  }

  /** Whether something has been compiled and is being served. */
  public boolean ready() {
    return latest != null;
  }

  /** The last compilation; null before the first. From any thread. */
  public @Nullable Compiled latest() {
    return latest;
  }

  private void run() {
    Duration tick = BUSY_TICK;
    while (!closed) {
      try {
        boolean inputs = signals.await(tick);
        tick = step(inputs) ? IDLE_TICK : BUSY_TICK;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // Whatever is served stays; the next tick tries again.
        LOG.atError().setCause(e).log("reconciling failed");
        tick = IDLE_TICK;
        signals.inputsChanged();
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether nothing is left to do. */
  private boolean step(boolean inputs) {
    if (inputs) {
      compilations.record(this::compile);
    }
    settled = rollout.advance();
    if (snapshot == null || result == null) {
      return false;
    }
    // At first nodes are about to reconnect; to report each of them missing would be noise.
    boolean due = System.nanoTime() - reportAt >= 0;
    if (due || (settled && (reported || rollout.reachesBothRoles()))) {
      reporter.report(snapshot, result, fleet, rollout.progress());
      reported = true;
      reportLatest(REPORT_LATEST);
    }
    return settled && reported;
  }

  private void compile() {
    ClusterSnapshot read = reader.apply(served);
    CompileResult compiled =
        PolicyCompiler.compile(
            read.input(), result == null ? CompileCache.empty() : result.cache());
    fleet = read.fleet().plan(compiled, mesh);
    rollout.aim(compiled, fleet);
    Map<String, LastAccepted> nowServed = new HashMap<>();
    read.policies()
        .forEach((ref, policy) -> {
          LastAccepted spec = compiled.served().get(ref);
          if (spec != null) {
            nowServed.put(policy.getMetadata().getUid(), spec);
          }
        });
    served = nowServed;
    snapshot = read;
    result = compiled;
    latest = new Compiled(read.input(), compiled.cache());
    if (reported && settled) {
      reportLatest(REPORT_LATEST);
    }
  }

  private void reportLatest(Duration fromNow) {
    reportAt = System.nanoTime() + fromNow.toNanos();
  }

  /** Stops within a moment; what was published stays with its nodes. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
