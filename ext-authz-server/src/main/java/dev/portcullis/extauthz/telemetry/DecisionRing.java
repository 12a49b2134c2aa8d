// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.extauthz.telemetry;

import dev.portcullis.engine.record.DecisionJson;
import dev.portcullis.engine.record.DecisionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The last decisions, redacted as in the log, for whoever asks about one by its id. To add one
 * takes an atomic addition and a store; to find one looks at all. Thread-safe.
 */
public final class DecisionRing {
  private final AtomicReferenceArray<@Nullable DecisionRecord> slots;
  private final AtomicLong added = new AtomicLong();

  /**
   * Keeps nothing yet.
   *
   * @param capacity decisions that are kept, at least 1; one takes as much as in the log
   */
  public DecisionRing(int capacity) {
    this.slots = new AtomicReferenceArray<>(capacity);
  }

  /** Keeps a decision, and forgets the oldest when there are too many. */
  void add(DecisionRecord record) {
    slots.setRelease((int) (added.getAndIncrement() % slots.length()), record);
  }

  /** Decisions that are kept. */
  public int capacity() {
    return slots.length();
  }

  /**
   * A decision with its steps as JSON, as {@code docs/reference/decision-log.md} describes it; null
   * when it is not among the last.
   */
  public byte @Nullable [] find(String id) {
    for (int i = 0; i < slots.length(); i++) {
      DecisionRecord record = slots.getAcquire(i);
      if (record != null && record.decision().id().equals(id)) {
        return json(record);
      }
    }
    return null;
  }

  private static byte[] json(DecisionRecord record) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try {
      DecisionJson.writeExplained(record, out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return out.toByteArray();
  }
}
