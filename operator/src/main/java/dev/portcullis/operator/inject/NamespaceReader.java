// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;

/** What namespaces say of all their pods. */
@FunctionalInterface
public interface NamespaceReader {
  /**
   * A namespace as it is now.
   *
   * @throws AdmissionException when that cannot be found out
   */
  Namespace read(String name);

  /**
   * Asks the API server each time: a pod that is created right after its namespace was annotated
   * must not get what a cache still holds.
   */
  static NamespaceReader of(KubernetesClient client) {
    return name -> {
      try {
        Namespace namespace = client.namespaces().withName(name).get();
        if (namespace == null) {
          throw new AdmissionException("there is no namespace " + name, null);
        }
        return namespace;
      } catch (KubernetesClientException e) {
        throw new AdmissionException("cannot read namespace " + name, e);
      }
    };
  }
}
