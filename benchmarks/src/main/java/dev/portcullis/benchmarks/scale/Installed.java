// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scale;

import dev.portcullis.cli.process.ProcessGroup;
import dev.portcullis.cli.quickstart.ControlPlane;
import dev.portcullis.cli.quickstart.Gateway;
import dev.portcullis.cli.quickstart.Installation;
import dev.portcullis.parts.ApiServer;
import dev.portcullis.parts.ScratchDirectory;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;

/** A cluster with Portcullis in it, and an Envoy in front of many services. */
record Installed(
    ScratchDirectory scratch,
    ApiServer apiServer,
    ProcessGroup processes,
    ControlPlane controlPlane,
    Gateway gateway,
    KubernetesClient client)
    implements AutoCloseable {

  /** Starts everything, as the quickstart does. */
  static Installed start(List<String> services) {
    ScratchDirectory scratch = ScratchDirectory.create("portcullis-scale-");
    ProcessGroup processes = new ProcessGroup(scratch.path());
    ApiServer apiServer = ApiServer.start();
    try {
      Installation installation = new Installation(apiServer, scratch);
      installation.apply();
      apiServer.kubectl("create", "namespace", Fleet.NAMESPACE).orThrow();
      ControlPlane controlPlane = ControlPlane.start(processes, scratch, installation);
      Gateway gateway = Gateway.start(processes, scratch, installation, controlPlane, services);
      return new Installed(
          scratch,
          apiServer,
          processes,
          controlPlane,
          gateway,
          new KubernetesClientBuilder().withConfig(writer(apiServer)).build());
    } catch (RuntimeException e) {
      processes.close();
      apiServer.close();
      scratch.close();
      throw e;
    }
  }

  /** A refused write is said at once: a client that tries again for minutes looks like a hang. */
  private static Config writer(ApiServer apiServer) {
    Config config = Config.fromKubeconfig(apiServer.kubeconfig());
    config.setRequestRetryBackoffLimit(0);
    return config;
  }

  @Override
  public void close() {
    client.close();
    processes.close();
    apiServer.close();
    scratch.close();
  }
}
