// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.fleet.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which pods get no sidecar, which must not exist as they are, and which are worth a word. */
final class PodGuards {
  private static final Set<Integer> OWN_PORTS =
      Set.of(Names.OUTBOUND_PORT, Names.INBOUND_PORT, Names.HEALTH_PORT, Names.EGRESS_PORT);
  private static final Set<String> OWN_VOLUMES =
      Set.of(SidecarVolumes.IDENTITY, SidecarVolumes.RUN);
  private static final Set<String> UNDOES_RULES = Set.of("NET_ADMIN", "SYS_ADMIN", "ALL");

  private PodGuards() {}

  /**
   * Why a pod cannot be guarded, in one sentence; null when it can. Such a pod is created all the
   * same, for whether it may be is not decided here: an admission policy of the chart asks of who
   * writes it the right to take it out. The operator reports the pod as unprotected.
   */
  static @Nullable String unguarded(JsonNode pod) {
    if (pod.at("/spec/hostNetwork").asBoolean(false)) {
      return "no sidecar: the pod uses its node's network, where nothing can be intercepted";
    }
    if (pod.at("/spec/os/name").asText().equals("windows")
        || pod.at("/spec/nodeSelector").path("kubernetes.io/os").asText().equals("windows")) {
      return "no sidecar: the pod runs on Windows, where there is none";
    }
    if (pod.at("/metadata/annotations").has("kubernetes.io/config.mirror")) {
      return "no sidecar: the pod is a mirror of a static pod, which its node runs already";
    }
    return null;
  }

  /** Refuses what would go around the sidecar or collide with it. */
  static void check(PodPatch pod) throws RefusedException {
    JsonNode podUser = pod.at("/spec/securityContext/runAsUser");
    for (PodContainers.Entry container : PodContainers.of(pod)) {
      JsonNode own = container.json().at("/securityContext/runAsUser");
      JsonNode user = own.isMissingNode() || own.isNull() ? podUser : own;
      if (user.asLong(-1) == Names.USER) {
        throw new RefusedException(
            "container %s runs as user %d, which is the sidecar's: its traffic would go around"
                    .formatted(Quoted.of(container.name()), Names.USER)
                + " the sidecar; use another runAsUser");
      }
      for (JsonNode mount : container.json().path("volumeMounts")) {
        if (OWN_VOLUMES.contains(mount.path("name").asText())) {
          throw new RefusedException(
              "container %s mounts volume %s, which is the sidecar's own"
                  .formatted(Quoted.of(container.name()), Quoted.of(mount.path("name").asText())));
        }
      }
      for (JsonNode port : container.json().path("ports")) {
        if (OWN_PORTS.contains(port.path("containerPort").asInt())) {
          throw new RefusedException(
              "container %s uses port %d, which is the sidecar's; use another one"
                  .formatted(Quoted.of(container.name()), port.path("containerPort").asInt()));
        }
      }
    }
  }

  /** What is allowed, and weakens the sidecar. */
  static List<String> warnings(PodPatch pod, Interception interception) {
    List<String> out = new ArrayList<>();
    if (pod.at("/spec/shareProcessNamespace").asBoolean(false)) {
      out.add("the pod shares its process namespace: its containers can see the sidecar's process");
    }
    if (interception == Interception.REDIRECT) {
      for (PodContainers.Entry container : PodContainers.of(pod)) {
        if (undoesRules(container.json().path("securityContext"))) {
          out.add(
              "container %s can change the pod's network, and so go around the sidecar"
                  .formatted(Quoted.of(container.name())));
        }
      }
    }
    return out;
  }

  private static boolean undoesRules(JsonNode context) {
    if (context.path("privileged").asBoolean(false)) {
      return true;
    }
    for (JsonNode added : context.at("/capabilities/add")) {
      if (UNDOES_RULES.contains(added.asText())) {
        return true;
      }
    }
    return false;
  }
}
