// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How the operator reaches the API server. */
final class KubernetesAccess {
  private static final String IN_CLUSTER = "/var/run/secrets/kubernetes.io/serviceaccount/token";

  private KubernetesAccess() {}

  /**
   * For questions whose answers are worth nothing a moment later: they end within three seconds and
   * are not asked again.
   *
   * @throws StartException when there is no usable kubeconfig
   */
  static KubernetesClient impatientClient(@Nullable Path kubeconfig) {
    Config config =
        new ConfigBuilder(config(kubeconfig))
            .withRequestTimeout(3_000)
            .withConnectionTimeout(2_000)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /**
   * @throws StartException when there is no usable kubeconfig
   */
  static KubernetesClient client(@Nullable Path kubeconfig) {
    Config config =
        new ConfigBuilder(config(kubeconfig))
            .withRequestTimeout(10_000)
            .withConnectionTimeout(5_000)
            .withRequestRetryBackoffLimit(2)
            .withMaxConcurrentRequests(256)
            .withMaxConcurrentRequestsPerHost(256)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private static Config config(@Nullable Path kubeconfig) {
    if (kubeconfig == null) {
      if (!Files.isReadable(Path.of(IN_CLUSTER))) {
        throw new StartException(
            "not in a pod with a ServiceAccount ("
                + IN_CLUSTER
                + " is missing): say --kubeconfig FILE",
            new IOException(IN_CLUSTER));
      }
      return Config.autoConfigure(null);
    }
    try {
      return Config.fromKubeconfig(Files.readString(kubeconfig));
    } catch (NoSuchFileException e) {
      throw new StartException("there is no kubeconfig " + kubeconfig, e);
    } catch (IOException | RuntimeException e) {
      throw new StartException(
          "cannot read the kubeconfig " + kubeconfig + ": " + e.getMessage(), e);
    }
  }
}
