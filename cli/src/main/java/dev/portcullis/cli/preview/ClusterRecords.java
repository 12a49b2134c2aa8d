// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.preview;

import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.explain.DecisionServicePods;
import dev.portcullis.cli.status.NamedConfigMaps;
import dev.portcullis.compiler.source.FileContent;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.crds.v1alpha1.ApiPolicy;
import dev.portcullis.crds.v1alpha1.BotPolicy;
import dev.portcullis.crds.v1alpha1.RateLimitPolicy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a cluster has of policies and of recorded decisions, with the rights of whoever asks. */
public final class ClusterRecords {
  private ClusterRecords() {}

  /**
   * Every policy, the labels of namespaces, and the ConfigMaps that policies name, as far as they
   * may be read.
   *
   * @throws CommandException when the API server does not answer, or does not tell
   */
  public static FileSet policies(KubernetesClient cluster) {
    SortedMap<String, FileContent> contents = new TreeMap<>();
    try {
      List<ApiPolicy> apis = cluster.resources(ApiPolicy.class).inAnyNamespace().list().getItems();
      apis.forEach(policy -> add(policy, contents));
      NamedConfigMaps.read(cluster, apis).forEach(map -> add(map, contents));
      add(cluster, RateLimitPolicy.class, contents);
      add(cluster, BotPolicy.class, contents);
      for (Namespace each : cluster.namespaces().list().getItems()) {
        add(each, contents);
      }
    } catch (KubernetesClientException e) {
      throw CommandException.environment(
          "the policies of the cluster cannot be read: " + e.getMessage());
    }
    return new FileSet(contents, List.of());
  }

  private static <T extends CustomResource<?, ?>> void add(
      KubernetesClient cluster, Class<T> kind, SortedMap<String, FileContent> contents) {
    cluster
        .resources(kind)
        .inAnyNamespace()
        .list()
        .getItems()
        .forEach(policy -> add(policy, contents));
  }

  private static void add(HasMetadata resource, SortedMap<String, FileContent> contents) {
    String name =
        resource.getKind()
            + " "
            + (resource.getMetadata().getNamespace() == null
                ? ""
                : resource.getMetadata().getNamespace() + "/")
            + resource.getMetadata().getName();
    // Whose hand wrote which field is nothing that policies say.
    resource.getMetadata().setManagedFields(null);
    contents.put(
        name,
        FileReader.read(name, Serialization.asYaml(resource).getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads what decision services have written to their standard output.
   *
   * @param namespace of the installation
   * @throws CommandException when there is none, or the cluster does not let us read
   */
  public static void decisions(
      KubernetesClient cluster, String namespace, Instant since, RecordedDecisions decisions) {
    int seconds =
        (int)
            Math.min(
                Integer.MAX_VALUE,
                Duration.between(since, Clock.systemUTC().instant()).toSeconds());
    try {
      for (Pod pod : DecisionServicePods.running(cluster, namespace)) {
        try (InputStream log =
                cluster
                    .pods()
                    .inNamespace(namespace)
                    .withName(pod.getMetadata().getName())
                    .sinceSeconds(seconds)
                    .getLogInputStream();
            BufferedReader lines =
                new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8))) {
          decisions.add(lines);
        }
      }
    } catch (IOException | KubernetesClientException e) {
      throw CommandException.environment(
          "the logs of decision services cannot be read: "
              + e.getMessage()
              + "; it takes the right to get pods/log in namespace "
              + namespace);
    }
  }
}
