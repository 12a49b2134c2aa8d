// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.operator.inject.pod.Names;
import dev.portcullis.operator.sidecar.ClosedPorts;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the NetworkPolicies right that close the application's ports of pods in rewrite mode. The
 * leader writes, and only what differs.
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
            client
                .network()
                .v1()
                .networkPolicies()
                .inAnyNamespace()
                .withLabel(Names.MOVED)
                .runnableInformer(0),
            this::changed);
  }

  /** Says what has to be closed from now on. Returns at once. */
  public void want(List<ClosedPorts> closed) {
    wanted = List.copyOf(closed);
    changed();
  }

  private void changed() {
    worker.execute(this::write);
  }

  private void write() {
    List<ClosedPorts> now = wanted;
    if (now.isEmpty() || !leads.getAsBoolean() || !policies.known()) {
      return;
    }
    Map<String, NetworkPolicy> present =
        policies.all().stream()
            .collect(
                Collectors.toMap(
                    policy -> key(policy.getMetadata().getNamespace(), name(policy)),
                    Function.identity()));
    for (ClosedPorts closed : now) {
      NetworkPolicy policy = closed.policy();
      if (!isRight(present.get(key(closed.namespace(), closed.name())), policy)) {
        write(policy);
      }
    }
  }

  private static boolean isRight(@Nullable NetworkPolicy present, NetworkPolicy wanted) {
    return present != null && present.getSpec().equals(wanted.getSpec());
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

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }

  @Override
  public void close() {
    policies.close();
    worker.shutdownNow();
  }
}
