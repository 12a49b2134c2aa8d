// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.envoy.ProbeForward;
import dev.portcullis.envoy.SidecarBootstrap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends the kubelet's HTTP probes to the sidecar's health listener, in redirect mode: on their own
 * way they would meet the policies and mTLS, with no certificate to show.
 *
 * <p>What the probes asked before is kept in an annotation. From it, and not from the pod, the
 * sidecar's forwards are read, so that doing it again changes nothing.
 */
final class ProbeForwarding {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> KINDS = List.of("liveness", "readiness", "startup");

  private final PodPatch pod;
  private final Map<String, ProbeForward> noted;
  private final List<String> warnings = new ArrayList<>();
  private final Map<String, ProbeForward> forwards = new LinkedHashMap<>();

  private ProbeForwarding(PodPatch pod) {
    this.pod = pod;
    this.noted = noted(pod.at("/metadata/annotations").path(Names.PROBES).asText());
  }

  /** What came of it. */
  record Outcome(List<ProbeForward> forwards, List<String> warnings) {}

  static Outcome apply(PodPatch pod) throws RefusedException {
    ProbeForwarding forwarding = new ProbeForwarding(pod);
    for (PodContainers.Entry container : PodContainers.of(pod)) {
      for (String kind : KINDS) {
        forwarding.probe(container, kind);
      }
    }
    List<ProbeForward> forwards = List.copyOf(forwarding.forwards.values());
    if (forwards.size() > SidecarBootstrap.MAX_PROBES) {
      throw new RefusedException(
          "the pod has %d HTTP probes; a sidecar forwards at most %d"
              .formatted(forwards.size(), SidecarBootstrap.MAX_PROBES));
    }
    if (!forwards.isEmpty()) {
      pod.set(
          "/metadata/annotations",
          Names.PROBES,
          JsonNodeFactory.instance.textNode(note(forwards).toString()));
    }
    return new Outcome(forwards, List.copyOf(forwarding.warnings));
  }

  private void probe(PodContainers.Entry container, String kind) throws RefusedException {
    String pointer = container.pointer() + "/" + kind + "Probe";
    JsonNode probe = pod.at(pointer);
    JsonNode http = probe.path("httpGet");
    String path = "/probe/" + container.name() + "/" + kind;
    if (http.isObject() && isForwarded(http, path)) {
      forwards.put(path, noted.get(path));
    } else if (http.isObject() && http.path("host").asText().isEmpty()) {
      ProbeForward forward = forward(container, path, probe);
      if (forward != null) {
        forwards.put(path, forward);
        pod.replace(pointer + "/httpGet", rewritten(http, path));
      }
    } else if (probe.has("tcpSocket") || probe.has("grpc")) {
      warnings.add(
          "the %s probe of container %s meets the sidecar, not the container; use httpGet or exec"
              .formatted(kind, Quoted.of(container.name())));
    }
  }

  private boolean isForwarded(JsonNode http, String path) {
    return http.path("port").asInt() == Names.HEALTH_PORT
        && http.path("path").asText().equals(path)
        && noted.containsKey(path);
  }

  /** Null: the port is no port, and the API server will say so. */
  private static @Nullable ProbeForward forward(
      PodContainers.Entry container, String path, JsonNode probe) throws RefusedException {
    JsonNode http = probe.path("httpGet");
    int port = PodContainers.portNumber(container.json(), http.path("port"));
    if (port < 1 || port > 65535) {
      return null;
    }
    String target = http.path("path").asText("/");
    try {
      return new ProbeForward(
          path,
          port,
          target.startsWith("/") ? target : "/" + target,
          http.path("scheme").asText().equals("HTTPS"),
          Math.max(1, probe.path("timeoutSeconds").asInt(1)));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          "the probe %s of container %s: %s"
              .formatted(Quoted.of(target), Quoted.of(container.name()), e.getMessage()));
    }
  }

  /** Headers and whatever else stands there stay. */
  private static JsonNode rewritten(JsonNode http, String path) {
    ObjectNode out = http.deepCopy();
    return out.put("path", path).put("port", Names.HEALTH_PORT).put("scheme", "HTTP");
  }

  private static ArrayNode note(List<ProbeForward> forwards) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    for (ProbeForward forward : forwards) {
      out.addObject()
          .put("path", forward.path())
          .put("port", forward.port())
          .put("target", forward.target())
          .put("tls", forward.tls())
          .put("seconds", forward.seconds());
    }
    return out;
  }

  /**
   * The annotation as far as it is ours. Whoever writes a pod may write it too, and gains nothing:
   * with a probe of his own he would make the sidecar ask the same.
   */
  private static Map<String, ProbeForward> noted(String annotation) {
    Map<String, ProbeForward> out = new LinkedHashMap<>();
    if (annotation.isEmpty()) {
      return out;
    }
    try {
      for (JsonNode each : JSON.readTree(annotation)) {
        ProbeForward forward =
            new ProbeForward(
                each.path("path").asText(),
                each.path("port").asInt(),
                each.path("target").asText(),
                each.path("tls").asBoolean(),
                each.path("seconds").asInt());
        out.put(forward.path(), forward);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      // Not what we wrote. A probe that relies on it stays as it is, and fails.
      return Map.of();
    }
    return out;
  }
}
