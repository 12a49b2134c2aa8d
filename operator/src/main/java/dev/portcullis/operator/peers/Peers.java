// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.xds.Elsewhere;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the other operators, listens to each of them, and knows what all their nodes hold. An
 * operator that is listed and says nothing is known to be silent; one that is listed no more, or
 * said that it goes, is gone, and its nodes are remembered for a while like those that are lost
 * here.
 */
public final class Peers implements Elsewhere, AutoCloseable {
  /** How many addresses are listened to; a further one counts as silent for ever. */
  public static final int MAX_PEERS = 16;

  /** How many nodes one operator may speak of; an operator does not serve more. */
  public static final int MAX_NODES = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final PeerAddresses addresses;
  private final PeerAccess access;
  private final Runnable changed;
  private final Executor executor;
  private final Clock clock;
  private final Counter refused;
  private final ConcurrentMap<InetSocketAddress, Peer> peers = new ConcurrentHashMap<>();
  private final Thread thread;
  private final Instant begun;
  private volatile boolean looked;
  private volatile boolean closed;
  private String trouble = "";

  /**
   * Does nothing before {@link #start}.
   *
   * @param addresses where operators are; this one may be among them
   * @param changed told when there is something new; must return at once
   * @param executor takes what others say; may block
   */
  public Peers(
      PeerAddresses addresses,
      PeerAccess access,
      Runnable changed,
      Executor executor,
      Clock clock,
      MeterRegistry metrics) {
    this.addresses = addresses;
    this.access = access;
    this.changed = changed;
    this.executor = executor;
    this.clock = clock;
    this.begun = clock.instant();
    this.thread = Thread.ofVirtual().name("peers").unstarted(this::run);
    this.refused = metrics.counter("portcullis.peers.refused");
    metrics.gauge("portcullis.peers", this, Peers::heard);
    metrics.gauge("portcullis.peers.max", this, _ -> MAX_PEERS);
    metrics.gauge("portcullis.peers.silent", this, peers -> peers.unheard(Duration.ZERO).size());
    metrics.gauge("portcullis.peers.nodes", this, peers -> peers.nodes().size());
    metrics.gauge("portcullis.peers.nodes.max", this, _ -> MAX_NODES);
  }

  /** Begins to look for others. Returns at once. */
  public void start() {
    thread.start();
  }

  @Override
  public Collection<Registration> nodes() {
    Map<NodeKey, Registration> all = new HashMap<>();
    for (Peer peer : peers.values()) {
      for (Registration registration : peer.registrations()) {
        all.merge(registration.node().key(), registration, Registration::better);
      }
    }
    return all.values();
  }

  @Override
  public SortedSet<String> unheard(Duration longerThan) {
    SortedSet<String> silent = new TreeSet<>();
    Instant since = clock.instant().minus(longerThan);
    if (!looked && !begun.isAfter(since)) {
      // Nobody said yet who there is.
      silent.add("(not known yet)");
    }
    for (Peer peer : peers.values()) {
      if (peer.counts() && !peer.heard() && !peer.silentSince().isAfter(since)) {
        silent.add(peer.name());
      }
    }
    return silent;
  }

  private int heard() {
    return (int) peers.values().stream().filter(peer -> peer.counts() && peer.heard()).count();
  }

  private void run() {
    while (!closed) {
      try {
        addresses.listed().ifPresent(this::look);
        peers.values().forEach(Peer::keepListening);
        trouble = "";
      } catch (RuntimeException e) {
        // Tried again: a thread that ends would never hear of anybody new.
        settled(String.valueOf(e));
      }
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(Set<InetSocketAddress> listed) {
    for (InetSocketAddress address : listed) {
      // One that is too many is kept in mind as silent; more of them would say no more.
      if (!peers.containsKey(address) && peers.size() <= MAX_PEERS) {
        boolean fits = peers.size() < MAX_PEERS;
        peers.put(address, new Peer(address, fits, access, changed, executor, clock, refused));
      }
    }
    peers.forEach((address, peer) -> peer.list(listed.contains(address)));
    looked = true;
    if (peers.values().removeIf(Peer::isOver)) {
      changed.run();
    }
  }

  /** The same trouble is told once. */
  private void settled(String now) {
    if (!closed && !now.equals(trouble)) {
      LOG.atWarn().addKeyValue("reason", now).log("cannot look for the other operators");
    }
    trouble = now;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    peers.values().forEach(Peer::hangUp);
  }
}
