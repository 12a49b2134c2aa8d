// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.record.DecisionJson;
import dev.portcullis.engine.record.DecisionRecord;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.extauthz.log.LogKeys;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes decisions as lines of JSON: every refusal, everything that a shadow would have refused,
 * and the sampled share of what passed. The request path puts a record into a bounded queue and
 * goes on; one thread writes. What does not fit is dropped and counted, because a slow disk must
 * not slow requests.
 */
public final class DecisionLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionLog.class);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  private final BoundedQueue<DecisionRecord> queue;
  private final OutputStream out;
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;
  private volatile boolean closed;
  private boolean failing;

  /**
   * Starts to write.
   *
   * @param capacity records that may wait; one takes up to 40 KiB, about 2 KiB in practice
   */
  public DecisionLog(OutputStream out, int capacity) {
    this.out = new BufferedOutputStream(out, 1 << 16);
    this.queue = new BoundedQueue<>(capacity);
    this.writer = Thread.ofPlatform().daemon().name("decision-log").start(this::run);
  }

  /**
   * Takes a decision if it is one to be logged.
   *
   * @param facts of its route; null when the route is not known
   */
  public void decided(
      RequestContext request, Decision decision, @Nullable RouteFacts facts, long nanos) {
    if (wants(decision)) {
      add(DecisionRecord.of(request, decision, RouteFacts.redactionOf(facts), nanos));
    }
  }

  /**
   * Whether a decision is one to be logged; of those that are sampled it may say otherwise next.
   */
  boolean wants(Decision decision) {
    return !decision.allowed()
        || decision.refusedInShadow()
        || !decision.quotaMarks().isEmpty()
        || sampled(decision.audit().sample());
  }

  /** Takes a record, or drops it when too many wait. */
  void add(DecisionRecord record) {
    if (!queue.offer(record)) {
      dropped.increment();
    }
  }

  private static boolean sampled(double share) {
    return share >= 1.0 || (share > 0.0 && ThreadLocalRandom.current().nextDouble() < share);
  }

  private void run() {
    while (true) {
      boolean last = closed;
      if (drain() > 0) {
        continue;
      }
      flush();
      if (last) {
        return;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private int drain() {
    int count = 0;
    DecisionRecord record = queue.poll();
    while (record != null) {
      try {
        DecisionJson.write(record, out);
        written.increment();
        failing = false;
      } catch (IOException e) {
        dropped.increment();
        report(e);
      }
      count++;
      record = queue.poll();
    }
    return count;
  }

  private void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      report(e);
    }
  }

  /** Once per outage: a full disk would otherwise fill the other log as well. */
  private void report(IOException e) {
    if (!failing) {
      failing = true;
      LOG.atError().addKeyValue(LogKeys.CAUSE, e.getMessage()).log("decisions are not logged");
    }
  }

  int waiting() {
    return queue.size();
  }

  long written() {
    return written.sum();
  }

  long dropped() {
    return dropped.sum();
  }

  /** Writes what waits, for at most 5 s, and ends. Does not close the stream it was given. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(writer);
    try {
      if (!writer.join(CLOSE_PATIENCE)) {
        LOG.warn("the decision log is too slow; its last records are lost");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
