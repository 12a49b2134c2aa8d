// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;

/** What namespaces say of all their pods. */
@FunctionalInterface
public interface NamespaceAnnotations {
  /**
   * The annotations of a namespace.
   *
   * @throws AdmissionException when that cannot be found out
   */
  Map<String, String> of(String namespace);

  /**
   * Asks the API server each time: a pod that is created right after its namespace was annotated
   * must not get what a cache still holds.
   */
  static NamespaceAnnotations of(KubernetesClient client) {
    return name -> {
      try {
        Namespace namespace = client.namespaces().withName(name).get();
        if (namespace == null) {
          throw new AdmissionException("there is no namespace " + name, null);
        }
        Map<String, String> annotations = namespace.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
      } catch (KubernetesClientException e) {
        throw new AdmissionException("cannot read namespace " + name, e);
      }
    };
  }
}
