// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Gathers recorded decisions from any number of logs. Not thread-safe. */
public final class RecordedDecisions {
  /** The newest that are kept; about 2 KiB each. */
  public static final int MAX = 200_000;

  /** In characters; the decision log writes none that is longer. */
  private static final int MAX_LINE = 256 * 1024;

  private static final Comparator<RecordedDecision> BY_TIME =
      Comparator.comparing(RecordedDecision::time).thenComparing(RecordedDecision::id);

  private final PriorityQueue<RecordedDecision> newest = new PriorityQueue<>(BY_TIME);
  private final Instant since;
  private final int most;
  private long left;

  /**
   * @param since older ones are not taken
   */
  public RecordedDecisions(Instant since) {
    this(since, MAX);
  }

  RecordedDecisions(Instant since, int most) {
    this.since = since;
    this.most = most;
  }

  /** Takes what a log holds; lines that are no decisions are passed over. */
  public void add(BufferedReader log) throws IOException {
    for (String line = log.readLine(); line != null; line = log.readLine()) {
      if (line.length() <= MAX_LINE) {
        RecordedDecision.read(line).ifPresent(this::add);
      }
    }
  }

  private void add(RecordedDecision decision) {
    if (decision.time().isBefore(since)) {
      return;
    }
    newest.add(decision);
    if (newest.size() > most) {
      newest.remove();
      left++;
    }
  }

  /** How many there were beyond the newest that are kept. */
  public long left() {
    return left;
  }

  /** Those that are kept, in the order in which they were made. */
  List<RecordedDecision> inOrder() {
    List<RecordedDecision> all = new ArrayList<>(newest);
    all.sort(BY_TIME);
    return all;
  }
}
