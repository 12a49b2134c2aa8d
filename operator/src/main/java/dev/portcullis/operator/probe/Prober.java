// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.probe;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes every gate at once when it is new or has a new plan, and again and again afterwards, many
 * at the same time. A gate that failed is asked again soon, and has failed when it fails twice: one
 * lost packet is no hole. Thread-safe; blocks nobody.
 */
public final class Prober implements AutoCloseable {
  /** How often a gate that holds is asked. */
  static final Duration INTERVAL = Duration.ofSeconds(30);

  /** How soon one that does not is asked again, the first time. */
  static final Duration DOUBT = Duration.ofMillis(500);

  /** And from then on. */
  static final Duration FAILING = Duration.ofSeconds(2);

  /** With more gates than fit, each is asked less often: so many a second at most. */
  private static final int MAX_PER_SECOND = 100;

  private static final int MAX_OPEN = 64;
  private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

  private final Probe probe;
  private final Runnable changed;
  private final MeterRegistry metrics;
  private final ScheduledExecutorService timer;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore open = new Semaphore(MAX_OPEN);
  private final ConcurrentMap<Gate, Watched> gates = new ConcurrentHashMap<>();

  /** Asks one gate once; may block for a few seconds. */
  @FunctionalInterface
  public interface Probe {
    ProbeOutcome probe(Gate gate);
  }

  private static final class Watched {
    private volatile GateState state = new GateState.Pending();

    /** By one probe at a time. */
    private int failures;
  }

  /**
   * @param changed told when more or less is known of a gate; must return at once
   * @param timer its thread only starts probes
   */
  public Prober(
      Probe probe, Runnable changed, ScheduledExecutorService timer, MeterRegistry metrics) {
    this.probe = probe;
    this.changed = changed;
    this.timer = timer;
    this.metrics = metrics;
    metrics.gaugeMapSize("portcullis.gates", List.of(), gates);
  }

  /** Probes exactly these from now on; what is known of others is forgotten. Returns at once. */
  public void want(Set<Gate> wanted) {
    gates.keySet().retainAll(wanted);
    for (Gate gate : wanted) {
      Watched fresh = new Watched();
      if (gates.putIfAbsent(gate, fresh) == null) {
        start(gate, fresh);
      }
    }
  }

  /** What is known of them; of one that is not probed, nothing. */
  public Map<Gate, GateState> states(Collection<Gate> some) {
    Map<Gate, GateState> states = new HashMap<>();
    for (Gate gate : some) {
      Watched watched = gates.get(gate);
      states.put(gate, watched == null ? new GateState.Pending() : watched.state);
    }
    return states;
  }

  private boolean watches(Gate gate, Watched watched) {
    return gates.get(gate) == watched;
  }

  private void start(Gate gate, Watched watched) {
    if (!watches(gate, watched)) {
      return;
    }
    try {
      calls.execute(() -> probe(gate, watched));
    } catch (RejectedExecutionException e) {
      // It is over.
      gates.remove(gate, watched);
    }
  }

  private void probe(Gate gate, Watched watched) {
    ProbeOutcome outcome;
    try {
      open.acquire();
      try {
        outcome = probe.probe(gate);
      } finally {
        open.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).addKeyValue("gate", gate).log("a probe failed inside");
      outcome = new ProbeOutcome.Unreachable("the probe failed inside");
    }
    metrics.counter("portcullis.probes", "result", outcome.result()).increment();
    if (watches(gate, watched)) {
      learn(watched, outcome);
      next(gate, watched);
    }
  }

  private void learn(Watched watched, ProbeOutcome outcome) {
    GateState before = watched.state;
    if (outcome instanceof ProbeOutcome.Held) {
      watched.failures = 0;
      watched.state = new GateState.Held();
    } else if (++watched.failures > 1) {
      watched.state = new GateState.Failed(outcome);
    }
    if (!watched.state.equals(before)) {
      changed.run();
    }
  }

  private void next(Gate gate, Watched watched) {
    long millis =
        switch (watched.failures) {
          case 0 -> interval();
          case 1 -> DOUBT.toMillis();
          default -> FAILING.toMillis();
        };
    try {
      var _ = timer.schedule(() -> start(gate, watched), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // It is over.
      gates.remove(gate, watched);
    }
  }

  /** A little different each time, so that gates that began together do not stay together. */
  private long interval() {
    long millis = Math.max(INTERVAL.toMillis(), gates.size() * 1000L / MAX_PER_SECOND);
    return millis - ThreadLocalRandom.current().nextLong(millis / 5);
  }

  /** Stops within a moment. */
  @Override
  public void close() {
    gates.clear();
    calls.shutdownNow();
  }
}
