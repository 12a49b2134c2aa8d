// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The volumes of a sidecar; no other container may mount them. */
final class SidecarVolumes {
  static final String IDENTITY = "portcullis-identity";
  static final String RUN = "portcullis-run";

  private static final int READ_ALL = 0444;
  private static final int TOKEN_SECONDS = 3600;

  private SidecarVolumes() {}

  static List<ObjectNode> all() {
    return List.of(identity(), run());
  }

  /**
   * Whom to trust, and a token that proves which pod this is. The ConfigMap is not optional: a pod
   * waits for it, rather than to run without.
   */
  private static ObjectNode identity() {
    ObjectNode volume = JsonNodeFactory.instance.objectNode().put("name", IDENTITY);
    ObjectNode projected = volume.putObject("projected");
    ArrayNode sources = projected.putArray("sources");
    sources.addObject().putObject("configMap").put("name", "portcullis-trust");
    sources
        .addObject()
        .putObject("serviceAccountToken")
        .put("audience", "portcullis")
        .put("expirationSeconds", TOKEN_SECONDS)
        .put("path", "token");
    projected.put("defaultMode", READ_ALL);
    return volume;
  }

  private static ObjectNode run() {
    ObjectNode volume = JsonNodeFactory.instance.objectNode().put("name", RUN);
    volume.putObject("emptyDir").put("medium", "Memory").put("sizeLimit", "16Mi");
    return volume;
  }
}
