// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Pods of an enrolled namespace that requests reach without a sidecar in between.
 *
 * @param owner what has to be restarted, such as {@code Deployment orders}
 * @param pods how many of them there are; at least one
 */
record UnprotectedWorkload(String namespace, String owner, int pods) {
  /** By namespace and owner. */
  static final Comparator<UnprotectedWorkload> ORDER =
      Comparator.comparing(UnprotectedWorkload::namespace)
          .thenComparing(UnprotectedWorkload::owner);

  private static final String SIDECAR = "portcullis.dev/sidecar";
  private static final String HASH = "pod-template-hash";

  /** Those among the pods of a namespace that should be guarded. */
  static List<UnprotectedWorkload> among(String namespace, Collection<Pod> pods) {
    Map<String, Integer> byOwner = new TreeMap<>();
    pods.stream()
        .filter(pod -> serves(pod) && !labels(pod.getMetadata()).containsKey(SIDECAR))
        .forEach(pod -> byOwner.merge(owner(pod.getMetadata()), 1, Integer::sum));
    return byOwner.entrySet().stream()
        .map(entry -> new UnprotectedWorkload(namespace, entry.getKey(), entry.getValue()))
        .toList();
  }

  private static boolean serves(Pod pod) {
    if (pod.getStatus() == null || pod.getMetadata().getDeletionTimestamp() != null) {
      return false;
    }
    String phase = Objects.requireNonNullElse(pod.getStatus().getPhase(), "Pending");
    return pod.getStatus().getPodIP() != null
        && !phase.equals("Succeeded")
        && !phase.equals("Failed");
  }

  /** A Deployment's pods belong to a ReplicaSet, whose name is the Deployment's and a hash. */
  private static String owner(ObjectMeta pod) {
    for (OwnerReference owner : pod.getOwnerReferences()) {
      if (Boolean.TRUE.equals(owner.getController())) {
        String suffix = "-" + labels(pod).get(HASH);
        String name = owner.getName();
        return owner.getKind().equals("ReplicaSet") && name.endsWith(suffix)
            ? "Deployment " + name.substring(0, name.length() - suffix.length())
            : owner.getKind() + " " + name;
      }
    }
    return "Pod " + pod.getName();
  }

  private static Map<String, String> labels(ObjectMeta meta) {
    return meta.getLabels() == null ? Map.of() : meta.getLabels();
  }

  @Override
  public String toString() {
    return namespace + ": " + owner + " (" + pods + (pods == 1 ? " pod)" : " pods)");
  }
}
