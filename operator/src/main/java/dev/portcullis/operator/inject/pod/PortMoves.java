// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.portcullis.fleet.MovedPort;
import dev.portcullis.fleet.Names;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives the names of the application's ports to the sidecar, in rewrite mode: a Service that leads
 * to a name leads to the sidecar then, and the Service need not change.
 */
final class PortMoves {
  private static final int LAST_MOVED_PORT = Names.FIRST_MOVED_PORT + MovedPort.MAX_PORTS - 1;
  private static final List<String> PROBES =
      List.of("livenessProbe", "readinessProbe", "startupProbe");
  private static final List<String> HOOKS = List.of("lifecycle/postStart", "lifecycle/preStop");

  private final PodPatch pod;
  private final Map<String, MovedPort> moved = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private PortMoves(PodPatch pod) {
    this.pod = pod;
  }

  /**
   * What came of it.
   *
   * @param ports of the sidecar
   */
  record Outcome(List<MovedPort> ports, List<String> warnings) {}

  static Outcome apply(PodPatch pod) throws RefusedException {
    PortMoves moves = new PortMoves(pod);
    List<PodContainers.Entry> containers = PodContainers.of(pod);
    moves.keep(containers);
    for (PodContainers.Entry container : containers) {
      moves.pointAtNumbers(container);
      moves.take(container);
    }
    if (moves.moved.isEmpty()) {
      moves.warnings.add("no container has a named TCP port: nothing is guarded in rewrite mode");
    } else {
      List<MovedPort> ports = List.copyOf(moves.moved.values());
      pod.set(
          "/metadata/annotations",
          Names.PORTS,
          JsonNodeFactory.instance.textNode(MovedPort.write(ports)));
    }
    return new Outcome(List.copyOf(moves.moved.values()), List.copyOf(moves.warnings));
  }

  /** What was moved before stays moved, as long as the application still has the port. */
  private void keep(List<PodContainers.Entry> containers) {
    String annotation = pod.at("/metadata/annotations").path(Names.PORTS).asText();
    for (MovedPort port : MovedPort.read(annotation)) {
      boolean there =
          containers.stream()
              .flatMap(container -> container.json().path("ports").valueStream())
              .anyMatch(declared ->
                  isTcp(declared)
                      && !declared.has("name")
                      && declared.path("containerPort").asInt() == port.app());
      if (there) {
        moved.put(port.name(), port);
      }
    }
  }

  private void take(PodContainers.Entry container) throws RefusedException {
    JsonNode ports = container.json().path("ports");
    for (int i = 0; i < ports.size(); i++) {
      JsonNode port = ports.get(i);
      int number = port.path("containerPort").asInt();
      if (!isTcp(port)) {
        continue;
      }
      if (port.path("hostPort").asInt() != 0) {
        throw new RefusedException(
            "port %d of container %s has a hostPort, which leads around the sidecar;"
                    .formatted(number, Quoted.of(container.name()))
                + " drop it, or use interception redirect");
      }
      if (number >= Names.FIRST_MOVED_PORT && number <= LAST_MOVED_PORT) {
        throw new RefusedException(
            "container %s uses port %d; %d to %d are the sidecar's in rewrite mode"
                .formatted(
                    Quoted.of(container.name()), number, Names.FIRST_MOVED_PORT, LAST_MOVED_PORT));
      }
      String name = port.path("name").asText();
      if (!name.isEmpty()) {
        move(container, name, number);
        pod.remove(container.pointer() + "/ports/" + i + "/name");
      }
    }
  }

  private void move(PodContainers.Entry container, String name, int app) throws RefusedException {
    if (moved.containsKey(name) || name.equals(Names.HEALTH_PORT_NAME)) {
      throw new RefusedException(
          "the name of port %s of container %s is taken; give it another one"
              .formatted(Quoted.of(name), Quoted.of(container.name())));
    }
    int listen =
        moved.values().stream()
            .filter(port -> port.app() == app)
            .findFirst()
            .map(MovedPort::listen)
            .orElseGet(this::next);
    if (listen > LAST_MOVED_PORT) {
      throw new RefusedException(
          "the pod has more than " + MovedPort.MAX_PORTS + " named ports; a sidecar takes no more");
    }
    try {
      moved.put(name, new MovedPort(name, app, listen));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(
          "port %s of container %s: %s"
              .formatted(Quoted.of(name), Quoted.of(container.name()), e.getMessage()));
    }
  }

  private int next() {
    return moved.values().stream()
        .mapToInt(port -> port.listen() + 1)
        .max()
        .orElse(Names.FIRST_MOVED_PORT);
  }

  /** The kubelet goes on to ask the application itself: it looks names up in its container. */
  private void pointAtNumbers(PodContainers.Entry container) {
    for (String probe : PROBES) {
      pointAtNumber(container, probe + "/httpGet");
      pointAtNumber(container, probe + "/tcpSocket");
    }
    for (String hook : HOOKS) {
      pointAtNumber(container, hook + "/httpGet");
      pointAtNumber(container, hook + "/tcpSocket");
    }
  }

  private void pointAtNumber(PodContainers.Entry container, String action) {
    String pointer = container.pointer() + "/" + action + "/port";
    JsonNode port = pod.at(pointer);
    if (port.isTextual()) {
      int number = PodContainers.portNumber(container.json(), port);
      if (number > 0) {
        pod.replace(pointer, JsonNodeFactory.instance.numberNode(number));
      }
    }
  }

  private static boolean isTcp(JsonNode port) {
    String protocol = port.path("protocol").asText();
    return protocol.isEmpty() || protocol.equals("TCP");
  }

  /** As ports of the sidecar's container. */
  static void declare(List<MovedPort> moved, ArrayNode ports) {
    moved.forEach(port -> ports.add(PodInjector.port(port.name(), port.listen())));
  }
}
