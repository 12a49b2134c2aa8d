// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import dev.portcullis.cli.CommandException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;

/** The pods in which the decision services of an installation run. */
public final class DecisionServicePods {
  /** What the chart labels them with. */
  public static final Map<String, String> LABELS =
      Map.of("app.kubernetes.io/part-of", "portcullis", "app.kubernetes.io/name", "ext-authz");

  private DecisionServicePods() {}

  /**
   * Those that run.
   *
   * @param namespace of the installation
   * @return at least one
   * @throws CommandException when there is none
   * @throws KubernetesClientException when the cluster does not let us look
   */
  public static List<Pod> running(KubernetesClient cluster, String namespace) {
    List<Pod> running =
        cluster.pods().inNamespace(namespace).withLabels(LABELS).list().getItems().stream()
            .filter(pod -> pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase()))
            .toList();
    if (running.isEmpty()) {
      throw CommandException.environment(
          "no decision service runs in namespace " + namespace + ": say --namespace");
    }
    return running;
  }
}
