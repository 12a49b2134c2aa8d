// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.compiler.Workload;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.envoy.sidecar.Interception;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A pod of an enrolled namespace.
 *
 * @param serviceAccount whose identity its sidecar has
 * @param workload that it belongs to; null: to none that policies can target
 * @param owner the workload, else what else controls it, else itself, in words: what one change
 *     mends
 * @param interception how traffic gets into its sidecar; null: it has none
 * @param ports that its application's containers declare
 * @param address null: it has none yet
 * @param serves whether it has an address and is not on its way out, so that requests may reach it
 */
record SidecarPod(
    PodName name,
    String serviceAccount,
    Map<String, String> labels,
    @Nullable Workload workload,
    String owner,
    @Nullable Interception interception,
    List<AppPort> ports,
    @Nullable String address,
    boolean serves) {
  private static final String HASH = "pod-template-hash";

  SidecarPod {
    labels = Map.copyOf(labels);
    ports = List.copyOf(ports);
  }

  static SidecarPod of(Pod pod) {
    ObjectMeta meta = pod.getMetadata();
    Map<String, String> labels = meta.getLabels() == null ? Map.of() : meta.getLabels();
    String account = pod.getSpec().getServiceAccountName();
    Interception interception =
        Interception.of(labels.getOrDefault(Names.SIDECAR, "")).orElse(null);
    Workload workload = workload(meta, labels);
    return new SidecarPod(
        new PodName(meta.getNamespace(), meta.getName(), meta.getUid()),
        account == null || account.isEmpty() ? "default" : account,
        labels,
        workload,
        owner(meta, workload),
        interception,
        interception == Interception.REWRITE ? moved(meta) : declared(pod),
        pod.getStatus() == null ? null : pod.getStatus().getPodIP(),
        serves(pod));
  }

  /** The same pod, with ports that nobody declared and Services lead to. */
  SidecarPod with(List<AppPort> more) {
    List<AppPort> all = new ArrayList<>(ports);
    all.addAll(more);
    return new SidecarPod(
        name,
        serviceAccount,
        labels,
        workload,
        owner,
        interception,
        AppPort.merged(all),
        address,
        serves);
  }

  private static boolean serves(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null || pod.getStatus() == null) {
      return false;
    }
    String phase = Objects.requireNonNullElse(pod.getStatus().getPhase(), "Pending");
    return pod.getStatus().getPodIP() != null
        && !phase.equals("Succeeded")
        && !phase.equals("Failed");
  }

  /** A Deployment's pods belong to a ReplicaSet, whose name is the Deployment's and a hash. */
  private static @Nullable Workload workload(ObjectMeta meta, Map<String, String> labels) {
    OwnerReference owner = controller(meta);
    if (owner == null) {
      return null;
    }
    String name = owner.getName();
    return switch (owner.getKind()) {
      case "StatefulSet" -> new Workload(TargetRef.Kind.STATEFUL_SET, name);
      case "DaemonSet" -> new Workload(TargetRef.Kind.DAEMON_SET, name);
      case "ReplicaSet" -> {
        String suffix = "-" + labels.get(HASH);
        yield name.endsWith(suffix)
            ? new Workload(
                TargetRef.Kind.DEPLOYMENT, name.substring(0, name.length() - suffix.length()))
            : null;
      }
      default -> null;
    };
  }

  /** A node controls what it runs by itself, each for a reason of its own. */
  private static String owner(ObjectMeta meta, @Nullable Workload workload) {
    String in = " " + meta.getNamespace() + "/";
    if (workload != null) {
      return workload.kind().word() + in + workload.name();
    }
    OwnerReference owner = controller(meta);
    return owner == null || owner.getKind().equals("Node")
        ? "Pod" + in + meta.getName()
        : owner.getKind() + in + owner.getName();
  }

  private static @Nullable OwnerReference controller(ObjectMeta meta) {
    return meta.getOwnerReferences().stream()
        .filter(owner -> Boolean.TRUE.equals(owner.getController()))
        .findFirst()
        .orElse(null);
  }

  /** What the application's containers say that they listen on; they need not say it. */
  static List<AppPort> declared(Pod pod) {
    List<AppPort> ports = new ArrayList<>();
    List<Container> containers = new ArrayList<>(pod.getSpec().getContainers());
    pod.getSpec().getInitContainers().stream()
        .filter(container -> "Always".equals(container.getRestartPolicy()))
        .filter(container -> !container.getName().equals(Names.PROXY_CONTAINER))
        .forEach(containers::add);
    for (Container container : containers) {
      for (ContainerPort port : container.getPorts()) {
        boolean tcp = port.getProtocol() == null || port.getProtocol().equals("TCP");
        if (tcp) {
          int number = port.getContainerPort();
          ports.add(AppPort.of(port.getName(), number, number));
        }
      }
    }
    return AppPort.merged(ports);
  }

  /**
   * What the webhook wrote. Whoever changes it on a running pod only moves the sidecar's listeners
   * to where nobody is led, so it is trusted no further than the pod itself.
   */
  private static List<AppPort> moved(ObjectMeta meta) {
    Map<String, String> annotations = meta.getAnnotations();
    String moved = annotations == null ? "" : annotations.getOrDefault(Names.PORTS, "");
    return AppPort.merged(
        MovedPort.read(moved).stream()
            .map(port -> AppPort.of(port.name(), port.app(), port.listen()))
            .toList());
  }
}
