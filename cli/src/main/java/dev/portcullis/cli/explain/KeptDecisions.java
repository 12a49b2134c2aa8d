// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.HostPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Looks for a decision among those that decision services keep. */
public final class KeptDecisions {
  /** The admin port of a decision service's pod. */
  private static final int ADMIN = 9002;

  private KeptDecisions() {}

  /**
   * The decision, as the service with this admin port keeps it.
   *
   * @throws CommandException when it keeps none of this id, or does not answer
   */
  public static JsonNode at(HostPort admin, String id) throws InterruptedException {
    try {
      return AdminPort.find(id, admin, admin.toString()).orElseThrow(() -> unknown(id, "it"));
    } catch (IOException e) {
      throw CommandException.environment(
          admin + " does not answer: name the port that the gateway got by --admin");
    }
  }

  /**
   * The decision, as one of the decision services of a cluster keeps it. Each is asked through the
   * API server, until one knows it.
   *
   * @param namespace of the installation
   * @throws CommandException when none keeps it, or the cluster does not let us ask
   */
  public static JsonNode in(KubernetesClient cluster, String namespace, String id)
      throws InterruptedException {
    List<String> silent = new ArrayList<>();
    List<Pod> pods = decisionServices(cluster, namespace);
    for (Pod pod : pods) {
      String name = pod.getMetadata().getName();
      try {
        Optional<JsonNode> found = ask(cluster, namespace, name, id);
        if (found.isPresent()) {
          return found.get();
        }
      } catch (IOException | KubernetesClientException e) {
        silent.add(name + " (" + cause(e) + ")");
      }
    }
    if (!silent.isEmpty()) {
      throw CommandException.environment(
          "decision services could not be asked: "
              + String.join(", ", silent)
              + "; it takes the right to create pods/portforward in namespace "
              + namespace);
    }
    throw unknown(id, "none of the " + pods.size() + " decision services");
  }

  private static List<Pod> decisionServices(KubernetesClient cluster, String namespace) {
    try {
      return DecisionServicePods.running(cluster, namespace);
    } catch (KubernetesClientException e) {
      throw CommandException.environment(
          "the pods of namespace " + namespace + " cannot be listed: " + cause(e));
    }
  }

  private static Optional<JsonNode> ask(
      KubernetesClient cluster, String namespace, String pod, String id)
      throws IOException, InterruptedException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (LocalPortForward forward =
        cluster.pods().inNamespace(namespace).withName(pod).portForward(ADMIN, loopback, 0)) {
      try {
        return AdminPort.find(id, new HostPort("127.0.0.1", forward.getLocalPort()), pod);
      } catch (IOException e) {
        // What went wrong between us and the pod says more than a connection that closes.
        throw Stream.concat(
                forward.getServerThrowables().stream(), forward.getClientThrowables().stream())
            .findFirst()
            .map(first -> new IOException(cause(first), e))
            .orElse(e);
      }
    }
  }

  private static CommandException unknown(String id, String who) {
    return CommandException.user(
        who
            + " keeps no decision "
            + id
            + ": only the last ones are kept, see --explain-decisions; the decision log has it if"
            + " it was logged, and explain --request decides such a request again");
  }

  private static String cause(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
