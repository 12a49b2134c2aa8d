// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.operator.cluster.WatchedObject;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pods of the other operators, by the API server's word: those that are ready and are not about
 * to end. While it does not answer, those that were there are.
 */
public final class PeerPods implements PeerAddresses, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerPods.class);

  private final WatchedObject<Pod> pods;
  private final String self;
  private final int port;

  /**
   * Starts to follow them.
   *
   * @param selector of the labels of the pods of all operators
   * @param self the name of this operator's own pod
   * @param port where they serve xDS
   */
  public PeerPods(
      KubernetesClient client, String namespace, String selector, String self, int port) {
    this.self = self;
    this.port = port;
    this.pods =
        WatchedObject.start(
            client.pods().inNamespace(namespace).withLabelSelector(selector).runnableInformer(0),
            () -> {});
  }

  @Override
  public Optional<Set<InetSocketAddress>> listed() {
    if (!pods.known()) {
      return Optional.empty();
    }
    Set<InetSocketAddress> addresses = new HashSet<>();
    for (Pod pod : pods.all()) {
      if (!pod.getMetadata().getName().equals(self) && serves(pod)) {
        address(pod).ifPresent(addresses::add);
      }
    }
    return Optional.of(addresses);
  }

  private static boolean serves(Pod pod) {
    PodStatus status = pod.getStatus();
    return pod.getMetadata().getDeletionTimestamp() == null
        && status != null
        && status.getPodIP() != null
        && status.getConditions().stream()
            .anyMatch(condition ->
                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
  }

  private Optional<InetSocketAddress> address(Pod pod) {
    try {
      return Optional.of(
          new InetSocketAddress(InetAddress.ofLiteral(pod.getStatus().getPodIP()), port));
    } catch (IllegalArgumentException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("pod", pod.getMetadata().getName())
          .log("the address of an operator cannot be read");
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    pods.close();
  }
}
