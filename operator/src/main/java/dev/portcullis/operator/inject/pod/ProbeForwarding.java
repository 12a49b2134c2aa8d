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
import dev.portcullis.fleet.Names;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sends the kubelet's probes and HTTP hooks to the sidecar's health listener, in redirect mode: on
 * their own way they would meet the policies and mTLS, with no certificate to show; and a TCP
 * connection is accepted by the sidecar whether the application listens or not.
 *
 * <p>What the probes asked before is kept in an annotation. From it, and not from the pod, the
 * sidecar's forwards are read, so that doing it again changes nothing.
 */
final class ProbeForwarding {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HOOK_SECONDS = 60;
  private static final List<String> PROBES = List.of("liveness", "readiness", "startup");

  private final PodPatch pod;
  private final String word;
  private final Map<String, ProbeForward> noted;
  private final Map<String, ProbeForward> forwards = new LinkedHashMap<>();

  private ProbeForwarding(PodPatch pod, String word) {
    this.pod = pod;
    this.word = word;
    this.noted = noted(pod.at("/metadata/annotations").path(Names.PROBES).asText());
  }

  /**
   * Changes the pod's probes, and returns what the sidecar has to do for them.
   *
   * @param word that stands in their paths from now on
   */
  static List<ProbeForward> apply(PodPatch pod, String word) throws RefusedException {
    ProbeForwarding forwarding = new ProbeForwarding(pod, word);
    for (PodContainers.Entry container : PodContainers.of(pod)) {
      for (String kind : PROBES) {
        forwarding.forward(container, kind + "Probe", kind);
      }
      forwarding.forward(container, "lifecycle/postStart", "poststart");
      forwarding.forward(container, "lifecycle/preStop", "prestop");
    }
    List<ProbeForward> forwards = List.copyOf(forwarding.forwards.values());
    if (forwards.size() > SidecarBootstrap.MAX_PROBES) {
      throw new RefusedException(
          "the pod has %d probes; a sidecar forwards at most %d"
              .formatted(forwards.size(), SidecarBootstrap.MAX_PROBES));
    }
    if (!forwards.isEmpty()) {
      pod.set(
          "/metadata/annotations",
          Names.PROBES,
          JsonNodeFactory.instance.textNode(note(forwards).toString()));
    }
    return forwards;
  }

  /** Whatever holds it, a probe or a hook, has exactly one action; exec needs no network. */
  private void forward(PodContainers.Entry container, String holder, String kind)
      throws RefusedException {
    String pointer = container.pointer() + "/" + holder;
    JsonNode probe = pod.at(pointer);
    String name = container.name() + "/" + kind;
    JsonNode http = probe.path("httpGet");
    ProbeForward before = noted.get(name);
    if (before != null && isForwarded(http, name)) {
      forwards.put(name, before);
      if (!http.path("path").asText().equals(before.path(word))) {
        rewrite(pointer, "httpGet", http, before);
      }
      return;
    }
    for (String action : List.of("httpGet", "tcpSocket", "grpc")) {
      JsonNode asked = probe.path(action);
      // One that names a host asks somebody else; a hook of tcpSocket does nothing at all.
      boolean ours = asked.isObject() && asked.path("host").asText().isEmpty();
      if (ours && (action.equals("httpGet") || holder.endsWith("Probe"))) {
        ProbeForward forward = forward(container, name, action, probe);
        if (forward != null) {
          forwards.put(name, forward);
          rewrite(pointer, action, asked, forward);
        }
      }
    }
  }

  /** With whatever word: a sidecar that somebody took away has taken its word along. */
  private static boolean isForwarded(JsonNode http, String name) {
    String path = http.path("path").asText();
    return http.path("port").asInt() == Names.HEALTH_PORT
        && path.startsWith("/probe/")
        && path.endsWith("/" + name);
  }

  /** Null: the port is no port, and the API server will say so. */
  private static @Nullable ProbeForward forward(
      PodContainers.Entry container, String name, String action, JsonNode probe)
      throws RefusedException {
    JsonNode asked = probe.path(action);
    int port = PodContainers.portNumber(container.json(), asked.path("port"));
    if (port < 1 || port > 65535) {
      return null;
    }
    ProbeForward.How how =
        switch (action) {
          case "tcpSocket" -> ProbeForward.How.TCP;
          case "grpc" -> ProbeForward.How.GRPC;
          default ->
              asked.path("scheme").asText().equals("HTTPS")
                  ? ProbeForward.How.HTTPS
                  : ProbeForward.How.HTTP;
        };
    String target =
        switch (how) {
          case HTTP, HTTPS -> absolute(asked.path("path").asText());
          case TCP -> "";
          case GRPC -> asked.path("service").asText();
        };
    int seconds =
        name.endsWith("poststart") || name.endsWith("prestop")
            ? HOOK_SECONDS
            : Math.max(1, probe.path("timeoutSeconds").asInt(1));
    try {
      return new ProbeForward(name, how, port, target, seconds);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          "the probe %s of container %s: %s"
              .formatted(Quoted.of(target), Quoted.of(container.name()), e.getMessage()));
    }
  }

  private static String absolute(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }

  /** Headers, and whatever else stands in an HTTP action, stay. */
  private void rewrite(String pointer, String action, JsonNode asked, ProbeForward forward) {
    ObjectNode http =
        action.equals("httpGet") ? asked.deepCopy() : JsonNodeFactory.instance.objectNode();
    http.put("path", forward.path(word)).put("port", Names.HEALTH_PORT).put("scheme", "HTTP");
    if (action.equals("httpGet")) {
      pod.replace(pointer + "/httpGet", http);
    } else {
      pod.remove(pointer + "/" + action);
      pod.add(pointer + "/httpGet", http);
    }
  }

  private static ArrayNode note(List<ProbeForward> forwards) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    for (ProbeForward forward : forwards) {
      out.addObject()
          .put("name", forward.name())
          .put("how", forward.how().name())
          .put("port", forward.port())
          .put("target", forward.target())
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
                each.path("name").asText(),
                ProbeForward.How.valueOf(each.path("how").asText()),
                each.path("port").asInt(),
                each.path("target").asText(),
                each.path("seconds").asInt());
        out.put(forward.name(), forward);
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      // Not what we wrote. A probe that relies on it stays as it is, and fails.
      return Map.of();
    }
    return out;
  }
}
