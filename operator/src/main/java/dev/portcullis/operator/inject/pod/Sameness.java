// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * Whether a container that is there is the one that we would put there. Whatever somebody added, a
 * variable that preloads a library for example, makes it another one; but for what the API server
 * itself adds.
 */
final class Sameness {
  private static final Set<String> FILLED_IN =
      Set.of("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy");
  private static final String MOUNTS = "volumeMounts";
  private static final String API_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount";

  private Sameness() {}

  static boolean of(JsonNode present, JsonNode wanted) {
    for (Map.Entry<String, JsonNode> member : present.properties()) {
      String name = member.getKey();
      boolean fine =
          name.equals(MOUNTS)
              ? sameMounts(member.getValue(), wanted.path(name))
              : FILLED_IN.contains(name) || member.getValue().equals(wanted.path(name));
      if (!fine) {
        return false;
      }
    }
    return wanted.properties().stream().allMatch(member -> present.has(member.getKey()));
  }

  /** The API server mounts the pod's own token into containers that say nothing of it. */
  private static boolean sameMounts(JsonNode present, JsonNode wanted) {
    int matched = 0;
    for (JsonNode mount : present) {
      if (matched < wanted.size() && mount.equals(wanted.get(matched))) {
        matched++;
      } else if (!mount.path("mountPath").asText().equals(API_TOKEN)) {
        return false;
      }
    }
    return matched == wanted.size();
  }
}
