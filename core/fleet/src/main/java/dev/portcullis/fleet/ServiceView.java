// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.envoy.Upstream.Protocol;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A Service that selects pods.
 *
 * @param addresses its own; empty: it has none, and callers dial its pods
 * @param outside whether callers from outside of the cluster come through it
 */
record ServiceView(
    String namespace,
    String name,
    Map<String, String> selector,
    SortedSet<String> addresses,
    boolean outside,
    List<Port> ports) {

  /**
   * One of its ports.
   *
   * @param name null: it has none
   * @param dialled the number that callers dial
   * @param target the name or the number of a container's port
   * @param protocol what it says that it carries; empty: it does not say HTTP
   */
  record Port(@Nullable String name, int dialled, String target, Optional<Protocol> protocol) {

    /** The number of the port that it leads to; empty: it goes by a name. */
    OptionalInt number() {
      return target.chars().allMatch(Character::isDigit)
          ? OptionalInt.of(Integer.parseInt(target))
          : OptionalInt.empty();
    }

    /** The port of a pod that it leads to; null: the pod has none like it. */
    @Nullable AppPort in(SidecarPod pod) {
      for (AppPort port : pod.ports()) {
        if (port.names().contains(target) || target.equals(String.valueOf(port.number()))) {
          return port;
        }
      }
      return null;
    }
  }

  /** Empty when it selects nothing by itself, or leads to no pods at all. */
  static Optional<ServiceView> of(Service service) {
    var spec = service.getSpec();
    if (spec == null || spec.getSelector() == null || spec.getSelector().isEmpty()) {
      return Optional.empty();
    }
    SortedSet<String> addresses = new TreeSet<>(spec.getClusterIPs());
    addresses.remove("None");
    return Optional.of(
        new ServiceView(
            service.getMetadata().getNamespace(),
            service.getMetadata().getName(),
            Map.copyOf(spec.getSelector()),
            addresses,
            "NodePort".equals(spec.getType())
                || "LoadBalancer".equals(spec.getType())
                || !spec.getExternalIPs().isEmpty(),
            spec.getPorts().stream()
                .filter(port -> port.getProtocol() == null || port.getProtocol().equals("TCP"))
                .map(port ->
                    new Port(
                        port.getName(),
                        port.getPort(),
                        target(port.getTargetPort(), port.getPort()),
                        protocol(port.getAppProtocol(), port.getName())))
                .toList()));
  }

  boolean selects(SidecarPod pod) {
    return pod.name().namespace().equals(namespace)
        && pod.labels().entrySet().containsAll(selector.entrySet());
  }

  private static String target(@Nullable IntOrString target, int port) {
    if (target == null) {
      return String.valueOf(port);
    }
    return target.getStrVal() != null
        ? target.getStrVal()
        : String.valueOf(target.getIntVal() == 0 ? port : target.getIntVal());
  }

  /** By the standard field, else by the custom of naming ports {@code http-…} or {@code grpc-…}. */
  private static Optional<Protocol> protocol(@Nullable String application, @Nullable String name) {
    String said = application != null ? application.replace("kubernetes.io/", "") : word(name);
    return switch (said) {
      case "http", "ws" -> Optional.of(Protocol.HTTP1);
      case "http2", "h2c", "grpc" -> Optional.of(Protocol.HTTP2);
      default -> Optional.empty();
    };
  }

  private static String word(@Nullable String name) {
    if (name == null) {
      return "";
    }
    int dash = name.indexOf('-');
    return dash < 0 ? name : name.substring(0, dash);
  }
}
