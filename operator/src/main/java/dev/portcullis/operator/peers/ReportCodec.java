// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.peers;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.operator.identity.BoundPod;
import dev.portcullis.operator.identity.Identity;
import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.peers.NodeReport.Answers;
import dev.portcullis.operator.xds.NodeKey;
import dev.portcullis.operator.xds.Rejection;
import dev.portcullis.operator.xds.ResourceType;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads reports as JSON. What a newer operator says beyond that is passed over, so that
 * two versions understand each other during an upgrade.
 */
final class ReportCodec {
  private static final JsonMapper JSON = new JsonMapper();

  private ReportCodec() {}

  /**
   * Who speaks, and of how many nodes.
   *
   * @param leaves whether it is about to end
   */
  record Summary(String replica, int nodes, boolean leaves) {}

  static byte[] write(Summary summary) {
    return bytes(
        JSON.createObjectNode()
            .put("replica", summary.replica())
            .put("nodes", summary.nodes())
            .put("leaves", summary.leaves()));
  }

  /**
   * @throws IllegalArgumentException when it is none
   */
  static Summary readSummary(byte[] json) {
    JsonNode tree = tree(json);
    JsonNode nodes = tree.path("nodes");
    if (!nodes.canConvertToInt() || nodes.intValue() < 0) {
      throw new IllegalArgumentException("a summary without a number of nodes");
    }
    return new Summary(text(tree, "replica"), nodes.intValue(), tree.path("leaves").asBoolean());
  }

  static byte[] write(NodeReport report) {
    ObjectNode tree = JSON.createObjectNode();
    tree.put("user", report.key().identity().username());
    BoundPod pod = report.key().identity().pod();
    if (pod != null) {
      tree.putObject("pod").put("name", pod.name()).put("uid", pod.uid()).put("node", pod.node());
    }
    tree.put("id", report.key().id());
    tree.put("role", report.role().name());
    tree.put("connected", report.connected());
    tree.put("description", Base64.getEncoder().encodeToString(report.description().toByteArray()));
    ObjectNode types = tree.putObject("types");
    new TreeMap<>(report.types())
        .forEach((type, answers) -> write(types.putObject(type.name()), answers));
    if (!report.observed().equals(Observations.NONE)) {
      tree.put("observed", report.observed().toJson());
    }
    return bytes(tree);
  }

  /** In the order of names: the same answers are the same bytes. */
  private static void write(ObjectNode tree, Answers answers) {
    ObjectNode held = tree.putObject("held");
    new TreeMap<>(answers.versions()).forEach(held::put);
    if (!answers.rejections().isEmpty()) {
      ObjectNode refused = tree.putObject("refused");
      new TreeMap<>(answers.rejections())
          .forEach((name, rejection) ->
              refused
                  .putObject(name)
                  .put("version", rejection.version())
                  .put("message", rejection.message()));
    }
  }

  /**
   * @throws IllegalArgumentException when it is none
   */
  static NodeReport read(byte[] json) {
    JsonNode tree = tree(json);
    Role role = Role.valueOf(text(tree, "role"));
    if (role == Role.OPERATOR) {
      throw new IllegalArgumentException("operators speak for themselves");
    }
    Map<ResourceType, Answers> types = new EnumMap<>(ResourceType.class);
    tree.path("types")
        .properties()
        .forEach(entry -> {
          ResourceType type = type(entry.getKey());
          if (type != null) {
            types.put(type, answers(entry.getValue()));
          }
        });
    return new NodeReport(
        new NodeKey(new Identity(text(tree, "user"), pod(tree.path("pod"))), text(tree, "id")),
        role,
        description(text(tree, "description")),
        tree.path("connected").asBoolean(),
        types,
        tree.has("observed") ? Observations.ofJson(text(tree, "observed")) : Observations.NONE);
  }

  private static @Nullable ResourceType type(String name) {
    for (ResourceType type : ResourceType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  private static @Nullable BoundPod pod(JsonNode tree) {
    return tree.isObject()
        ? new BoundPod(text(tree, "name"), text(tree, "uid"), tree.path("node").asText())
        : null;
  }

  private static Node description(String base64) {
    try {
      return Node.parseFrom(Base64.getDecoder().decode(base64));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("not a description of a node", e);
    }
  }

  private static Answers answers(JsonNode tree) {
    Map<String, String> versions = new HashMap<>();
    tree.path("held")
        .properties()
        .forEach(entry -> versions.put(entry.getKey(), entry.getValue().asText()));
    Map<String, Rejection> rejections = new HashMap<>();
    tree.path("refused")
        .properties()
        .forEach(entry ->
            rejections.put(
                entry.getKey(),
                new Rejection(
                    text(entry.getValue(), "version"), text(entry.getValue(), "message"))));
    return new Answers(versions, rejections);
  }

  private static String text(JsonNode tree, String field) {
    JsonNode value = tree.path(field);
    if (!value.isTextual()) {
      throw new IllegalArgumentException("a report without " + field);
    }
    return value.textValue();
  }

  private static JsonNode tree(byte[] json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalArgumentException("not JSON", e);
    }
  }

  private static byte[] bytes(ObjectNode tree) {
    try {
      return JSON.writeValueAsBytes(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that cannot be written", e);
    }
  }
}
