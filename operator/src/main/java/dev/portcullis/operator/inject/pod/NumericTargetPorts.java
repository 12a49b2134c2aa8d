// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Finds Services that lead around the sidecars of pods in rewrite mode. */
public final class NumericTargetPorts {
  private NumericTargetPorts() {}

  /**
   * A port of a Service that leads to a number, where its name was moved.
   *
   * @param service its name
   * @param port its number
   * @param moved where it should lead to, by name
   */
  public record Finding(String service, int port, MovedPort moved) {
    /** What is wrong, and how to mend it. */
    public String message() {
      return "Service %s port %d leads to number %d, around the sidecar; set targetPort: %s"
          .formatted(service, port, moved.app(), moved.name());
    }
  }

  /**
   * Looks at one pod.
   *
   * @param services of the pod's namespace
   * @param labels of the pod
   * @param portsAnnotation the value of its annotation {@value Names#PORTS}, or empty
   */
  public static List<Finding> of(
      Collection<Service> services, Map<String, String> labels, String portsAnnotation) {
    List<MovedPort> moved = MovedPort.read(portsAnnotation);
    List<Finding> out = new ArrayList<>();
    for (Service service : services) {
      Map<String, String> selector = service.getSpec().getSelector();
      if (selector == null
          || selector.isEmpty()
          || !labels.entrySet().containsAll(selector.entrySet())) {
        continue;
      }
      for (ServicePort port : service.getSpec().getPorts()) {
        around(port, moved)
            .ifPresent(around ->
                out.add(new Finding(service.getMetadata().getName(), port.getPort(), around)));
      }
    }
    return out;
  }

  private static Optional<MovedPort> around(ServicePort port, List<MovedPort> moved) {
    String protocol = port.getProtocol();
    if (protocol != null && !protocol.equals("TCP")) {
      return Optional.empty();
    }
    IntOrString target = port.getTargetPort();
    // Without a target it is the Service's own number.
    Integer number = target == null ? port.getPort() : target.getIntVal();
    return moved.stream().filter(each -> Objects.equals(each.app(), number)).findFirst();
  }
}
