// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * One pod that is about to be created.
 *
 * @param pod as the API server sent it; not changed
 * @param namespaceAnnotations of its namespace: what the pod does not say, they do
 * @param word what nobody can guess, for the paths of a new sidecar that only the kubelet should
 *     ask: 16 to 64 letters, digits and dashes
 */
public record InjectionRequest(
    JsonNode pod, Map<String, String> namespaceAnnotations, String word) {

  public InjectionRequest {
    namespaceAnnotations = Map.copyOf(namespaceAnnotations);
  }
}
