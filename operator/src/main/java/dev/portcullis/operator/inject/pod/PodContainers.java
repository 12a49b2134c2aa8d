// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.fleet.Names;
import java.util.ArrayList;
import java.util.List;

/** The containers of a raw pod that are not the sidecar's. */
final class PodContainers {
  private static final List<String> LISTS = List.of("/spec/initContainers", "/spec/containers");

  private PodContainers() {}

  /**
   * One container.
   *
   * @param pointer where it is
   * @param name empty when it has none, which the API server refuses
   */
  record Entry(String pointer, String name, JsonNode json) {}

  /** Init containers first, as they run. */
  static List<Entry> of(PodPatch pod) {
    List<Entry> out = new ArrayList<>();
    for (String list : LISTS) {
      JsonNode containers = pod.at(list);
      for (int i = 0; i < containers.size(); i++) {
        JsonNode container = containers.get(i);
        String name = container.path("name").asText("");
        boolean own = list.equals(LISTS.getFirst()) && isOwn(name);
        if (!own && container.isObject()) {
          out.add(new Entry(list + "/" + i, name, container));
        }
      }
    }
    return out;
  }

  static boolean isOwn(String name) {
    return name.equals(Names.PROXY_CONTAINER) || name.equals(Names.REDIRECT_CONTAINER);
  }

  /** The number of a container's port, by its name or as it is; 0 when there is none. */
  static int portNumber(JsonNode container, JsonNode port) {
    if (port.isIntegralNumber()) {
      return port.asInt();
    }
    for (JsonNode declared : container.path("ports")) {
      if (port.isTextual() && declared.path("name").equals(port)) {
        return declared.path("containerPort").asInt();
      }
    }
    return 0;
  }
}
