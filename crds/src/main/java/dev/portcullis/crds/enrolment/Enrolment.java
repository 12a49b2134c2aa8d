// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.crds.enrolment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;

/** Which pods of a namespace get sidecars, as its labels say. */
public enum Enrolment {
  /** None. */
  NONE,
  /** Those that ask for it themselves. */
  CHOSEN_PODS,
  /** All of them; who leaves one out needs a right for it. */
  ALL_PODS;

  /**
   * Label of namespaces, {@code enabled} or {@code pods}, and of pods: {@code enabled} where the
   * namespace says {@code pods}, else {@code disabled}.
   */
  public static final String INJECT = "portcullis.dev/inject";

  /** Label of namespaces and of injected pods: which sidecar it is. A namespace's enrols it. */
  public static final String REVISION = "portcullis.dev/revision";

  /** The value of {@link #INJECT} on a pod that asks for a sidecar. */
  public static final String ENABLED = "enabled";

  /** The value of {@link #INJECT} on a pod that asks for none. */
  public static final String DISABLED = "disabled";

  /** The revision of namespaces that name none. */
  public static final String DEFAULT_REVISION = "default";

  private static final String PODS = "pods";

  /** What a namespace says. */
  public static Enrolment of(Namespace namespace) {
    Map<String, String> labels = labels(namespace);
    return switch (labels.getOrDefault(INJECT, "")) {
      case ENABLED -> ALL_PODS;
      case PODS -> CHOSEN_PODS;
      case DISABLED -> NONE;
      default -> labels.containsKey(REVISION) ? ALL_PODS : NONE;
    };
  }

  /** The revision that an enrolled namespace asks for, whether there is such a one or not. */
  public static String revision(Namespace namespace) {
    return labels(namespace).getOrDefault(REVISION, DEFAULT_REVISION);
  }

  /** Whether a pod of such a namespace should be guarded. One that was left out should be, too. */
  public boolean guards(Pod pod) {
    return switch (this) {
      case NONE -> false;
      case CHOSEN_PODS -> ENABLED.equals(labels(pod).get(INJECT));
      case ALL_PODS -> true;
    };
  }

  private static Map<String, String> labels(HasMetadata object) {
    return Objects.requireNonNullElse(object.getMetadata().getLabels(), Map.of());
  }
}
