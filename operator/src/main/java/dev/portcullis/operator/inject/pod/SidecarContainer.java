// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.envoy.ProbeForward;
import dev.portcullis.envoy.SidecarBootstrap;
import dev.portcullis.fleet.Names;
import java.util.List;

/**
 * The sidecar: a native one, which starts before the application, ends after it, and keeps no Job
 * from being done. It needs no right beyond Pod Security's "restricted".
 *
 * <p>Fields that the API server would fill in are written out, so that what comes back from it is
 * what was sent.
 */
final class SidecarContainer {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** So long an operator may be away before the kubelet starts the sidecar anew. */
  private static final int STARTUP_SECONDS = 600;

  private static final int HEAP_PERCENT = 80;

  /** Linux takes 128 KiB in one argument; what is longer keeps a container from ever starting. */
  private static final int MAX_ARGUMENT = 120_000;

  private static final int DRAIN_SECONDS = 15;

  private SidecarContainer() {}

  static ObjectNode of(
      InjectionSettings settings,
      SidecarOptions options,
      List<ProbeForward> probes,
      ArrayNode ports,
      String word)
      throws RefusedException {
    SidecarBootstrap bootstrap =
        new SidecarBootstrap(
            "sidecar",
            settings.operator(),
            InjectionSettings.IDENTITY,
            InjectionSettings.RUN,
            word,
            probes,
            options.memoryLimit() / 100 * HEAP_PERCENT);
    ObjectNode container = JSON.objectNode();
    container
        .put("name", Names.PROXY_CONTAINER)
        .put("image", settings.proxyImage())
        .put("restartPolicy", "Always");
    container.putArray("command").add("envoy");
    container
        .putArray("args")
        .add("--config-yaml")
        .add(unexpanded(settings.text().apply(bootstrap)))
        .add("--service-node")
        .add("$(POD_NAMESPACE)/$(POD_NAME)")
        .add("--log-level")
        .add(options.logLevel())
        // Whoever is told farewell is told so with the next answer. Envoy would spread that over
        // ten minutes, and the application is gone by then. What goes on by rules that hold no more
        // is cut after as long.
        .add("--drain-strategy")
        .add("immediate")
        .add("--drain-time-s")
        .add(String.valueOf(DRAIN_SECONDS))
        .add("--disable-hot-restart");
    container.putArray("env").add(env("POD_NAME", "name")).add(env("POD_NAMESPACE", "namespace"));
    container.set("ports", ports);
    container.set("startupProbe", ready(1, STARTUP_SECONDS));
    container.set("readinessProbe", ready(5, 3));
    container
        .putObject("lifecycle")
        .putObject("preStop")
        .set("httpGet", get(bootstrap.drainPath()));
    container.set(
        "resources",
        resources(
            SidecarOptions.cores(options.cpu()),
            SidecarOptions.bytes(options.memory()),
            SidecarOptions.cores(options.cpuLimit()),
            SidecarOptions.bytes(options.memoryLimit())));
    ObjectNode security = container.putObject("securityContext");
    security
        .put("allowPrivilegeEscalation", false)
        .put("readOnlyRootFilesystem", true)
        .put("runAsNonRoot", true)
        .put("runAsUser", Names.USER)
        .put("runAsGroup", Names.USER);
    security.putObject("capabilities").putArray("drop").add("ALL");
    security.putObject("seccompProfile").put("type", "RuntimeDefault");
    ArrayNode mounts = container.putArray("volumeMounts");
    mounts
        .addObject()
        .put("name", SidecarVolumes.IDENTITY)
        .put("mountPath", InjectionSettings.IDENTITY.toString())
        .put("readOnly", true);
    mounts
        .addObject()
        .put("name", SidecarVolumes.RUN)
        .put("mountPath", InjectionSettings.RUN.toString());
    return container;
  }

  /** The word that a sidecar was given, so that it keeps it; else empty. */
  static String word(JsonNode container) {
    String path = container.at("/lifecycle/preStop/httpGet/path").asText();
    String prefix = "/drain/";
    String word = path.startsWith(prefix) ? path.substring(prefix.length()) : "";
    return word.matches("[A-Za-z0-9-]{16,64}") ? word : "";
  }

  /** The kubelet replaces {@code $(NAME)} in arguments, and reads {@code $$} as one dollar. */
  private static String unexpanded(String text) throws RefusedException {
    if (text.length() > MAX_ARGUMENT) {
      throw new RefusedException(
          "the pod's probes make the sidecar's configuration too long; shorten their paths");
    }
    return text.replace("$", "$$");
  }

  private static ObjectNode env(String name, String field) {
    ObjectNode env = JSON.objectNode().put("name", name);
    env.putObject("valueFrom")
        .putObject("fieldRef")
        .put("apiVersion", "v1")
        .put("fieldPath", "metadata." + field);
    return env;
  }

  private static ObjectNode ready(int periodSeconds, int failures) {
    ObjectNode probe = JSON.objectNode();
    probe.set("httpGet", get("/ready"));
    return probe
        .put("timeoutSeconds", 2)
        .put("periodSeconds", periodSeconds)
        .put("successThreshold", 1)
        .put("failureThreshold", failures);
  }

  private static ObjectNode get(String path) {
    return JSON.objectNode().put("path", path).put("port", Names.HEALTH_PORT).put("scheme", "HTTP");
  }

  static ObjectNode resources(String cpu, String memory, String cpuLimit, String memoryLimit) {
    ObjectNode resources = JSON.objectNode();
    resources.putObject("requests").put("cpu", cpu).put("memory", memory);
    resources.putObject("limits").put("cpu", cpuLimit).put("memory", memoryLimit);
    return resources;
  }
}
