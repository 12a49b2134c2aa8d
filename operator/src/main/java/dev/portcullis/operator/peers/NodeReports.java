// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.NodeDirectory;
import dev.portcullis.operator.xds.NodeEvents;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the other operators that are connected here what the nodes hold that are connected here.
 * Many answers of nodes within {@link #GATHERS} are told at once, and only of nodes that said
 * something. A slow listener gets the newest, not all that was before.
 */
public final class NodeReports implements NodeEvents, AutoCloseable {
  /** So long answers are gathered. */
  public static final Duration GATHERS = Duration.ofMillis(100);

  /** The report of the operator itself; no node's has this name. */
  static final String SUMMARY = "operator";

  /** So long others have to hear that this one goes. */
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private static final Duration LOOK = Duration.ofSeconds(5);

  private final String replica;
  private final NodeDirectory directory;
  private final Executor executor;
  private final ScheduledExecutorService timer;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Set<NodeKey> dirty = ConcurrentHashMap.newKeySet();
  private Map<NodeKey, Told> told = new HashMap<>();
  private XdsSnapshot snapshot = XdsSnapshot.EMPTY;
  private boolean leaves;

  private record Told(Registration registration, XdsResource resource) {}

  /**
   * Starts to tell.
   *
   * @param replica the name of this operator
   * @param executor works out what to say; may block
   * @param timer runs short tasks later
   */
  public NodeReports(
      String replica, NodeDirectory directory, Executor executor, ScheduledExecutorService timer) {
    this.replica = replica;
    this.directory = directory;
    this.executor = executor;
    this.timer = timer;
    directory.listen(this);
    // Nodes that were lost are forgotten by and by, and nobody says so.
    var _ =
        timer.scheduleWithFixedDelay(
            this::soon, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void connected(ConnectedNode node) {
    changed(node);
  }

  @Override
  public void progressed(ConnectedNode node) {
    if (node.role() != Role.OPERATOR) {
      changed(node);
    }
  }

  @Override
  public void disconnected(ConnectedNode node) {
    changed(node);
  }

  private void changed(ConnectedNode node) {
    dirty.add(node.key());
    soon();
  }

  private void soon() {
    if (scheduled.compareAndSet(false, true)) {
      var _ =
          timer.schedule(
              () -> executor.execute(this::tell), GATHERS.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private List<ConnectedNode> listeners() {
    return directory.local(Role.OPERATOR).stream()
        .filter(Registration::connected)
        .map(Registration::node)
        .toList();
  }

  private synchronized void tell() {
    scheduled.set(false);
    List<ConnectedNode> listeners = listeners();
    if (listeners.isEmpty()) {
      told = new HashMap<>();
      dirty.clear();
      return;
    }
    Map<NodeKey, Told> next = new HashMap<>();
    List<XdsResource> reports = new ArrayList<>();
    for (Role role : Role.values()) {
      if (role != Role.OPERATOR) {
        directory.local(role).forEach(each -> next.put(each.node().key(), report(each)));
      }
    }
    next.values().forEach(each -> reports.add(each.resource()));
    XdsResource summary =
        XdsResource.of(
            ResourceType.NODE_REPORT,
            SUMMARY,
            ReportCodec.write(new ReportCodec.Summary(replica, next.size(), leaves)));
    reports.add(summary);
    told = next;
    dirty.retainAll(next.keySet());
    snapshot = snapshot.with(ResourceType.NODE_REPORT, reports);
    listeners.forEach(listener -> listener.publish(snapshot));
  }

  private Told report(Registration registration) {
    NodeKey key = registration.node().key();
    // What is said after this is dirty again.
    boolean spoke = dirty.remove(key);
    Told last = told.get(key);
    return !spoke && last != null && last.registration().equals(registration)
        ? last
        : new Told(
            registration,
            XdsResource.of(
                ResourceType.NODE_REPORT,
                name(key),
                ReportCodec.write(NodeReport.of(registration))));
  }

  /**
   * Says that this operator goes, so that nobody waits for it, and waits until all have heard, at
   * most {@link #FAREWELL}. To be called while streams are still open.
   */
  @Override
  public void close() {
    XdsResource last;
    synchronized (this) {
      leaves = true;
      tell();
      last = snapshot.of(ResourceType.NODE_REPORT).get(SUMMARY);
    }
    long end = System.nanoTime() + FAREWELL.toNanos();
    try {
      while (last != null
          && System.nanoTime() - end < 0
          && listeners().stream().anyMatch(each -> lacks(each, last))) {
        Thread.sleep(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean lacks(ConnectedNode listener, XdsResource resource) {
    return !listener.held().holds(ResourceType.NODE_REPORT, resource);
  }

  private static String name(NodeKey key) {
    var pod = key.identity().pod();
    return "node/"
        + key.identity().username()
        + "/"
        + (pod == null ? "" : pod.uid())
        + "/"
        + key.id();
  }
}
