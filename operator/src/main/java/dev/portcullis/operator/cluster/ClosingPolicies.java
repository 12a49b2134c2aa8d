// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.fleet.ClosedPorts;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the NetworkPolicies right that close the application's ports of pods in rewrite mode. The
 * leader writes, and only what differs: also when somebody else's policy, that comes, goes or
 * changes, makes ours another one.
 *
 * <p>None is ever deleted here: one that selects no pod any more does nothing, while one that goes
 * too soon, because a pod was not seen for a moment, opens a port. Thread-safe.
 */
public final class ClosingPolicies implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClosingPolicies.class);

  private final KubernetesClient client;
  private final BooleanSupplier leads;
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("closing-policies").daemon().factory());
  private final WatchedObject<NetworkPolicy> policies;
  private final AtomicBoolean due = new AtomicBoolean();
  private volatile List<ClosedPorts> wanted = List.of();

  /**
   * Starts to keep them right.
   *
   * @param leads whether this operator writes now
   */
  public ClosingPolicies(KubernetesClient client, BooleanSupplier leads) {
    this.client = client;
    this.leads = leads;
    this.policies =
        WatchedObject.start(
            client.network().v1().networkPolicies().inAnyNamespace().runnableInformer(0),
            this::changed);
  }

  /** Says what has to be closed from now on. Returns at once. */
  public void want(List<ClosedPorts> closed) {
    wanted = List.copyOf(closed);
    changed();
  }

  /** However many changes come before it is done, it is done once. */
  private void changed() {
    if (due.compareAndSet(false, true)) {
      worker.execute(this::write);
    }
  }

  private void write() {
    due.set(false);
    List<ClosedPorts> now = wanted;
    // As long as not all policies are known, one that closes more than ours may be among the rest.
    if (now.isEmpty() || !leads.getAsBoolean() || !policies.known()) {
      return;
    }
    Map<String, List<NetworkPolicy>> byNamespace =
        policies.all().stream()
            .collect(Collectors.groupingBy(policy -> policy.getMetadata().getNamespace()));
    for (ClosedPorts closed : now) {
      List<NetworkPolicy> present = byNamespace.getOrDefault(closed.namespace(), List.of());
      NetworkPolicy policy = closed.policy(present);
      if (present.stream().noneMatch(each -> isRight(each, policy))) {
        write(policy);
      }
    }
  }

  private static boolean isRight(NetworkPolicy present, NetworkPolicy wanted) {
    return name(present).equals(name(wanted)) && present.getSpec().equals(wanted.getSpec());
  }

  private void write(NetworkPolicy policy) {
    try {
      client
          .resource(policy)
          .fieldManager("portcullis-operator")
          .forceConflicts()
          .serverSideApply();
    } catch (KubernetesClientException e) {
      // The next look at the pods, some seconds from now, tries again.
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("namespace", policy.getMetadata().getNamespace())
          .addKeyValue("name", name(policy))
          .log("ports around sidecars could not be closed; it is tried again");
    }
  }

  private static String name(NetworkPolicy policy) {
    return policy.getMetadata().getName();
  }

  @Override
  public void close() {
    policies.close();
    worker.shutdownNow();
  }
}
