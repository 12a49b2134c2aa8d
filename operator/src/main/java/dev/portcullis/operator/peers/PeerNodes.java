// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.peers.NodeReport.Answers;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeDirectory;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.ResourceType;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one other operator said of its nodes. When it falls silent, its nodes are lost from that
 * moment on: they are remembered as long as those that are lost here. Thread-safe.
 */
final class PeerNodes {
  private final int most;
  private final Clock clock;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<String> said = new HashSet<>();
  private @Nullable String replica;
  private boolean leaves;
  private boolean counted;
  private int count;
  private boolean heard;
  private Instant silentSince;

  private record Entry(NodeReport report, ConnectedNode node, @Nullable Instant lostAt) {}

  /**
   * @param most how many nodes may be told of
   */
  PeerNodes(int most, Clock clock) {
    this.most = most;
    this.clock = clock;
    this.silentSince = clock.instant();
  }

  /** It begins to speak, from the beginning. */
  synchronized void begins() {
    said.clear();
    counted = false;
    heard = false;
  }

  /** It says who it is, and of how many nodes it speaks. */
  synchronized void summary(ReportCodec.Summary summary) {
    replica = summary.replica();
    leaves = summary.leaves();
    count = summary.nodes();
    counted = true;
    conclude();
  }

  /**
   * It speaks of a node.
   *
   * @return whether the node counts; not when there are too many
   */
  synchronized boolean says(String name, NodeReport report) {
    Entry before = entries.get(name);
    if (before == null && entries.size() >= most) {
      return false;
    }
    ConnectedNode node =
        before != null && isSame(before.report(), report)
            ? before.node()
            : ConnectedNode.elsewhere(report.key(), report.role(), report.description());
    for (ResourceType type : ResourceType.values()) {
      Answers answers = report.types().getOrDefault(type, Answers.NONE);
      node.held().replace(type, answers.versions(), answers.rejections());
    }
    node.observed().replace(report.observed());
    Instant lostBefore = before == null ? null : before.lostAt();
    Instant lostAt = report.connected() ? null : lostBefore == null ? clock.instant() : lostBefore;
    entries.put(name, new Entry(report, node, lostAt));
    said.add(name);
    conclude();
    return true;
  }

  private static boolean isSame(NodeReport before, NodeReport now) {
    return before.key().equals(now.key())
        && before.role() == now.role()
        && before.description().equals(now.description());
  }

  /** It speaks of a node no more. */
  synchronized void forgets(String name) {
    entries.remove(name);
    said.remove(name);
  }

  /** Once it has said all, what it did not say again is over. */
  private void conclude() {
    if (!heard && counted && said.size() >= count) {
      heard = true;
      entries.keySet().retainAll(said);
    }
  }

  /** It fell silent. */
  synchronized void ends() {
    Instant now = clock.instant();
    if (heard) {
      silentSince = now;
    }
    heard = false;
    entries.replaceAll((_, entry) ->
        entry.lostAt() == null ? new Entry(entry.report(), entry.node(), now) : entry);
  }

  /** Whether it has said all, and goes on. */
  synchronized boolean heard() {
    return heard;
  }

  /** When it was heard last; of one that never was, since when it is known. */
  synchronized Instant silentSince() {
    return silentSince;
  }

  /** Its name; null: it has not said so, not even once. */
  synchronized @Nullable String replica() {
    return replica;
  }

  /** Whether the last that it said of itself is that it ends. */
  synchronized boolean leaves() {
    return leaves;
  }

  synchronized List<Registration> registrations() {
    Instant horizon = clock.instant().minus(NodeDirectory.REMEMBERED);
    entries.values().removeIf(entry -> entry.lostAt() != null && entry.lostAt().isBefore(horizon));
    List<Registration> all = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> all.add(new Registration(entry.node(), entry.lostAt())));
    return all;
  }
}
