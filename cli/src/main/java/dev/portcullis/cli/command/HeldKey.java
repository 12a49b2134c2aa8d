// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.cli.CommandException;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.store.key.KeyRecords;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An ApiKey resource as a file or a cluster holds it, or a key of a store as if it were one.
 *
 * @param place where, for messages
 * @param resource everything that whoever holds it has written: nothing of it may get lost
 */
record HeldKey(String place, Map<String, Object> resource) {
  private static final List<String> INHERITED = List.of("client", "plan", "scopes");
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

  /** As the API server gave it, without what the API server or kubectl added. */
  static HeldKey ofCluster(ApiKey key) {
    JsonMapper mapper = new JsonMapper();
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", key.getMetadata().getName());
    metadata.put("namespace", key.getMetadata().getNamespace());
    put(metadata, "labels", key.getMetadata().getLabels());
    Map<String, String> annotations = key.getMetadata().getAnnotations();
    if (annotations != null) {
      Map<String, String> own = new LinkedHashMap<>(annotations);
      own.remove(LAST_APPLIED);
      put(metadata, "annotations", own);
    }
    Map<String, Object> resource = new LinkedHashMap<>();
    resource.put("apiVersion", key.getApiVersion());
    resource.put("kind", key.getKind());
    resource.put("metadata", metadata);
    resource.put("spec", mapper.convertValue(key.getSpec(), MAP));
    return new HeldKey("ApiKey " + key.getMetadata().getName() + " of the cluster", resource);
  }

  /** As the store of decision services has it. */
  static HeldKey ofStore(ApiKeyRecord key) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", key.name());
    metadata.put("namespace", key.namespace());
    put(metadata, "labels", key.labels());
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("client", key.client());
    if (key.plan() != null) {
      fields.put("plan", key.plan());
    }
    if (!key.scopes().isEmpty()) {
      fields.put("scopes", key.scopes());
    }
    if (key.expires() != null) {
      fields.put("expires", key.expires().toString());
    }
    fields.put("revoked", key.revoked());
    return new HeldKey(
        "key " + KeyRecords.name(key.namespace(), key.id()) + " of the store",
        Map.of("metadata", metadata, "spec", fields));
  }

  private static void put(Map<String, Object> to, String name, @Nullable Map<String, String> map) {
    if (map != null && !map.isEmpty()) {
      to.put(name, map);
    }
  }

  @Nullable String name() {
    return metadata().get("name") instanceof String name ? name : null;
  }

  @Nullable String namespace() {
    return metadata().get("namespace") instanceof String namespace ? namespace : null;
  }

  Map<?, ?> labels() {
    return metadata().get("labels") instanceof Map<?, ?> labels ? labels : Map.of();
  }

  String client() {
    return String.valueOf(spec().get("client"));
  }

  /** What a successor has as well. */
  Map<String, Object> inherited() {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (String field : INHERITED) {
      Object value = spec().get(field);
      if (value != null) {
        fields.put(field, value);
      }
    }
    return fields;
  }

  /**
   * Refuses to go on from a key that lets nobody in any more.
   *
   * @throws CommandException saying since when
   */
  void refuseIfEnded(Instant now) {
    if (Boolean.TRUE.equals(spec().get("revoked"))) {
      throw CommandException.user(
          place + " is revoked: a successor would let its holder in again; see apikey create");
    }
    Instant expires = expires();
    if (expires != null && !now.isBefore(expires)) {
      throw CommandException.user(
          place + " expired at " + expires + ": issue a key with apikey create");
    }
  }

  /** The same resource; it ends at a time unless it ends earlier. */
  Map<String, Object> endingAt(Instant end) {
    Instant expires = expires();
    Map<String, Object> fields = new LinkedHashMap<>();
    spec().forEach((name, value) -> fields.put(String.valueOf(name), value));
    if (expires == null || end.isBefore(expires)) {
      fields.put("expires", end.toString());
    }
    Map<String, Object> ending = new LinkedHashMap<>(resource);
    ending.put("spec", fields);
    ending.remove("status");
    return ending;
  }

  private @Nullable Instant expires() {
    Object value = spec().get("expires");
    try {
      return value == null ? null : Instant.parse(value.toString());
    } catch (DateTimeException e) {
      throw CommandException.user(
          place + ": $.spec.expires is " + value + ": write a time such as 2027-02-20T00:00:00Z");
    }
  }

  private Map<?, ?> metadata() {
    return resource.get("metadata") instanceof Map<?, ?> metadata ? metadata : Map.of();
  }

  private Map<?, ?> spec() {
    return resource.get("spec") instanceof Map<?, ?> spec ? spec : Map.of();
  }
}
