// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.status.ClusterReader;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How commands reach a cluster. */
final class ClusterOptions {
  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description = "How to reach the cluster. Default: KUBECONFIG, or .kube/config at home.")
  private @Nullable Path kubeconfig;

  /** Whether the user says how. */
  boolean given() {
    return kubeconfig != null;
  }

  /** A client for the cluster. */
  KubernetesClient connect() {
    return ClusterReader.connect(kubeconfig);
  }

  /**
   * Opens the cluster.
   *
   * @param namespace null: as {@link ClusterReader} says
   */
  ClusterReader open(@Nullable String namespace) {
    return ClusterReader.open(kubeconfig, namespace);
  }
}
