// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.inject.pod;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.crds.enrolment.Enrolment;
import dev.portcullis.envoy.ProbeForward;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.fleet.MovedPort;
import dev.portcullis.fleet.Names;
import java.util.ArrayList;
import java.util.List;

/** Gives pods their sidecar. Pure and thread-safe. */
public final class PodInjector {
  private static final String INIT = "/spec/initContainers";
  private static final String VOLUMES = "/spec/volumes";

  private final InjectionSettings settings;

  public PodInjector(InjectionSettings settings) {
    this.settings = settings;
  }

  /** What becomes of a pod. Never throws for what its author wrote. */
  public InjectionResult inject(InjectionRequest request) {
    JsonNode labels = request.pod().at("/metadata/labels");
    if (labels.path(Enrolment.INJECT).asText().equals(Enrolment.DISABLED)) {
      return new InjectionResult.Skipped(List.of());
    }
    String unguarded = PodGuards.unguarded(request.pod());
    if (unguarded != null) {
      return new InjectionResult.Skipped(List.of(unguarded));
    }
    try {
      return injected(request);
    } catch (RefusedException e) {
      return new InjectionResult.Refused(String.valueOf(e.getMessage()));
    }
  }

  private InjectionResult injected(InjectionRequest request) throws RefusedException {
    PodPatch pod = new PodPatch(request.pod());
    PodGuards.check(pod);
    SidecarOptions options = SidecarOptions.read(request.pod(), request.namespaceAnnotations());
    List<String> warnings = new ArrayList<>(PodGuards.warnings(pod, options.interception()));
    label(pod, options.interception());
    String word = word(pod, request.word());
    List<ProbeForward> probes = List.of();
    ArrayNode ports = JsonNodeFactory.instance.arrayNode();
    ports.add(port(Names.HEALTH_PORT_NAME, Names.HEALTH_PORT));
    switch (options.interception()) {
      case REDIRECT -> probes = ProbeForwarding.apply(pod, word);
      case REWRITE -> {
        PortMoves.Outcome outcome = PortMoves.apply(pod);
        PortMoves.declare(outcome.ports(), ports);
        if (!outcome.ports().isEmpty()) {
          String moved = MovedPort.label(outcome.ports());
          pod.set("/metadata/labels", Names.MOVED, JsonNodeFactory.instance.textNode(moved));
        }
        warnings.addAll(outcome.warnings());
      }
    }
    for (ObjectNode volume : SidecarVolumes.all()) {
      volume(pod, volume);
    }
    ObjectNode proxy = SidecarContainer.of(settings, options, probes, ports, word);
    List<ObjectNode> first =
        options.interception() == Interception.REDIRECT
            ? List.of(RedirectContainer.of(settings), proxy)
            : List.of(proxy);
    containers(pod, first);
    return new InjectionResult.Injected(pod.operations(), warnings);
  }

  private void label(PodPatch pod, Interception interception) {
    JsonNodeFactory json = JsonNodeFactory.instance;
    pod.set("/metadata/labels", Names.SIDECAR, json.textNode(interception.text()));
    pod.set("/metadata/labels", Enrolment.REVISION, json.textNode(settings.revision()));
  }

  static ObjectNode port(String name, int number) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("name", name)
        .put("containerPort", number)
        .put("protocol", "TCP");
  }

  private static String word(PodPatch pod, String fresh) {
    int present = indexOf(pod.at(INIT), Names.PROXY_CONTAINER);
    String kept = present < 0 ? "" : SidecarContainer.word(pod.at(INIT + "/" + present));
    return kept.isEmpty() ? fresh : kept;
  }

  private static void volume(PodPatch pod, ObjectNode wanted) {
    int present = indexOf(pod.at(VOLUMES), wanted.path("name").asText());
    if (present < 0) {
      array(pod, VOLUMES);
      pod.add(VOLUMES + "/-", wanted);
    } else if (!pod.at(VOLUMES + "/" + present).equals(wanted)) {
      pod.replace(VOLUMES + "/" + present, wanted);
    }
  }

  /**
   * Ours come first: what ran before them would run unguarded. Another webhook may have put its own
   * before them meanwhile; it is asked to come after.
   */
  private static void containers(PodPatch pod, List<ObjectNode> wanted) {
    array(pod, INIT);
    List<String> names = wanted.stream().map(each -> each.path("name").asText()).toList();
    for (int i = pod.at(INIT).size() - 1; i >= 0; i--) {
      String name = pod.at(INIT).path(i).path("name").asText();
      if (PodContainers.isOwn(name) && !names.contains(name)) {
        pod.remove(INIT + "/" + i);
      }
    }
    for (int place = 0; place < wanted.size(); place++) {
      int present = indexOf(pod.at(INIT), names.get(place));
      if (present < 0) {
        pod.add(INIT + "/" + place, wanted.get(place));
        continue;
      }
      if (present != place) {
        pod.move(INIT + "/" + present, INIT + "/" + place);
      }
      if (!Sameness.of(pod.at(INIT + "/" + place), wanted.get(place))) {
        pod.replace(INIT + "/" + place, wanted.get(place));
      }
    }
  }

  private static void array(PodPatch pod, String pointer) {
    if (!pod.at(pointer).isArray()) {
      pod.add(pointer, JsonNodeFactory.instance.arrayNode());
    }
  }

  private static int indexOf(JsonNode named, String name) {
    for (int i = 0; i < named.size(); i++) {
      if (named.get(i).path("name").asText().equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
