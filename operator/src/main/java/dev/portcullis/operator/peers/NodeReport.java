// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import dev.portcullis.codec.observation.Observations;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.xds.HeldResources;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Registration;
import dev.portcullis.operator.xds.Rejection;
import dev.portcullis.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one operator says of one node that it serves.
 *
 * @param description what the node says about itself, as far as its configuration depends on it
 * @param connected whether its stream is open, or was a moment ago
 * @param observed what it said that it saw
 */
record NodeReport(
    NodeKey key,
    Role role,
    Node description,
    boolean connected,
    Map<ResourceType, Answers> types,
    Observations observed) {

  /** What a node holds and refused of one type, by name. */
  record Answers(Map<String, String> versions, Map<String, Rejection> rejections) {
    static final Answers NONE = new Answers(Map.of(), Map.of());

    Answers {
      versions = Map.copyOf(versions);
      rejections = Map.copyOf(rejections);
    }

    boolean isEmpty() {
      return versions.isEmpty() && rejections.isEmpty();
    }
  }

  NodeReport {
    types = Map.copyOf(types);
  }

  static NodeReport of(Registration registration) {
    Role role = registration.node().role();
    Node all = registration.node().description();
    // Gateways say what they guard; of others nothing but the id is asked.
    Node description =
        role == Role.GATEWAY
            ? Node.newBuilder().setId(all.getId()).setMetadata(all.getMetadata()).build()
            : Node.newBuilder().setId(all.getId()).build();
    return new NodeReport(
        registration.node().key(),
        role,
        description,
        registration.connected(),
        answers(registration.node().held()),
        registration.node().observed().all());
  }

  private static Map<ResourceType, Answers> answers(HeldResources held) {
    Map<ResourceType, Answers> types = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      // Certificates differ from operator to operator, and nobody waits for them.
      if (type != ResourceType.SECRET && type != ResourceType.NODE_REPORT) {
        Answers answers = new Answers(held.versions(type), held.rejections(type));
        if (!answers.isEmpty()) {
          types.put(type, answers);
        }
      }
    }
    return types;
  }
}
