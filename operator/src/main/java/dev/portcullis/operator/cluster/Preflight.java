// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.ConnectException;
import java.util.Set;
import java.util.TreeSet;

/** Finds out before anything starts what would make everything fail later. */
public final class Preflight {
  private static final String GROUP_VERSION = "portcullis.dev/v1alpha1";
  private static final Set<String> KINDS =
      Set.of("apipolicies", "ratelimitpolicies", "botpolicies", "apikeys");

  private Preflight() {}

  /**
   * Checks that the API server answers and knows our resources.
   *
   * @throws ClusterException saying what is missing and how to mend it
   */
  public static void check(KubernetesClient client) {
    APIResourceList list;
    try {
      list = client.getApiResources(GROUP_VERSION);
    } catch (KubernetesClientException e) {
      throw new ClusterException(
          "cannot reach the API server at "
              + client.getMasterUrl()
              + ": "
              + rootMessage(e)
              + "; check --kubeconfig, or that the server runs",
          e);
    }
    Set<String> missing = new TreeSet<>(KINDS);
    if (list != null) {
      list.getResources().stream().map(APIResource::getName).toList().forEach(missing::remove);
    }
    if (!missing.isEmpty()) {
      throw new ClusterException(
          "the API server does not know "
              + String.join(", ", missing)
              + " of "
              + GROUP_VERSION
              + "; apply the definitions: kubectl apply --server-side -f charts/portcullis/crds");
    }
  }

  static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
      if (root instanceof ConnectException && root.getMessage() == null) {
        return "the connection was refused";
      }
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
