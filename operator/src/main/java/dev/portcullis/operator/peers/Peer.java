// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.xds.Registration;
import io.micrometer.core.instrument.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One address where an operator is, or was: listens to it, again and again while it is listed. It
 * may turn out to be this operator's own. Thread-safe.
 */
final class Peer {
  private static final Logger LOG = LoggerFactory.getLogger(Peer.class);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final InetSocketAddress address;
  private final PeerAccess access;
  private final Runnable changed;
  private final Executor executor;
  private final Clock clock;
  private final Counter refused;
  private final boolean fits;
  private final PeerNodes nodes;
  private boolean listed = true;
  private boolean self;
  private boolean wasHeard;
  private String trouble = "";
  private @Nullable Attempt attempt;
  private Instant nextAttempt = Instant.MIN;
  private Duration pause = SHORTEST_PAUSE;

  /**
   * @param fits whether it is listened to; else it stays silent
   * @param refused counts reports that cannot be used
   */
  Peer(
      InetSocketAddress address,
      boolean fits,
      PeerAccess access,
      Runnable changed,
      Executor executor,
      Clock clock,
      Counter refused) {
    this.address = address;
    this.fits = fits;
    this.access = access;
    this.changed = changed;
    this.executor = executor;
    this.clock = clock;
    this.refused = refused;
    this.nodes = new PeerNodes(Peers.MAX_NODES, clock);
  }

  /** One connection, from its begin to its end. */
  private final class Attempt implements PeerStream.Listener {
    private @Nullable PeerStream stream;
    private boolean over;

    @Override
    public void said() {
      Peer.this.said(this);
      changed.run();
    }

    @Override
    public void refused(String reason) {
      refused.increment();
      settled(reason);
    }

    @Override
    public void ended(@Nullable Throwable reason) {
      Peer.this.ended(this, reason == null ? "it said good-bye" : String.valueOf(reason));
      changed.run();
    }
  }

  /** Says whether it is there by anybody's word. One that is not is heard until it hangs up. */
  synchronized void list(boolean now) {
    listed = now;
  }

  /** Whether it is listed, another, and did not say that it goes: then it should be heard. */
  synchronized boolean counts() {
    return listed && !self && !nodes.leaves();
  }

  /** Whether nothing is to be known of it any more. */
  synchronized boolean isOver() {
    return !listed && (attempt == null || attempt.over) && registrations().isEmpty();
  }

  /** Listens unless it does already, or tried a moment ago. */
  synchronized void keepListening() {
    boolean open = attempt != null && !attempt.over;
    if (open || self || !listed || !fits || clock.instant().isBefore(nextAttempt)) {
      return;
    }
    Attempt next = new Attempt();
    attempt = next;
    try {
      next.stream = PeerStream.open(access, address, nodes, executor, next);
    } catch (IOException | IllegalArgumentException e) {
      next.over = true;
      later();
      settled(String.valueOf(e));
    }
  }

  private void later() {
    nextAttempt = clock.instant().plus(pause);
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }

  private synchronized void said(Attempt by) {
    String name = nodes.replica();
    if (access.replica().equals(name)) {
      self = true;
      hangUp(by);
    } else if (nodes.heard() && !wasHeard) {
      wasHeard = true;
      trouble = "";
      pause = SHORTEST_PAUSE;
      LOG.atInfo().addKeyValue("operator", name()).log("hears what another operator's nodes run");
    }
  }

  private synchronized void ended(Attempt which, String reason) {
    which.over = true;
    wasHeard = false;
    later();
    if (!self) {
      settled(reason);
    }
  }

  /** The same trouble is told once. */
  private synchronized void settled(String now) {
    if (!now.equals(trouble)) {
      LOG.atWarn()
          .addKeyValue("operator", name())
          .addKeyValue("address", address)
          .addKeyValue("reason", now)
          .log("does not hear another operator");
    }
    trouble = now;
  }

  synchronized void hangUp() {
    if (attempt != null) {
      hangUp(attempt);
    }
  }

  private static void hangUp(Attempt which) {
    if (which.stream != null) {
      which.stream.close();
    }
  }

  /** By its own word if there is one, else by its address. */
  String name() {
    String replica = nodes.replica();
    return replica == null
        ? address.getAddress().getHostAddress() + ":" + address.getPort()
        : replica;
  }

  boolean heard() {
    return nodes.heard();
  }

  Instant silentSince() {
    return nodes.silentSince();
  }

  synchronized List<Registration> registrations() {
    return self ? List.of() : nodes.registrations();
  }
}
