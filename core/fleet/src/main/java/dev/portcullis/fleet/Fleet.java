// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.ServicePort;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.sidecar.Interception;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The pods of enrolled namespaces, and which ports of Services lead to them. Immutable. */
public final class Fleet {
  /** No pods. */
  public static final Fleet EMPTY = new Fleet(List.of(), List.of());

  private final List<Member> members;
  private final List<ServiceView> services;

  /**
   * A pod, and what is reached on it.
   *
   * @param ports in the order in which the pod declares them; in rewrite mode those that were moved
   * @param listens whether it, or a Service, says that something listens there, on whatever port
   */
  record Member(SidecarPod pod, List<Reached> ports, boolean listens) {}

  /**
   * One port of a pod.
   *
   * @param protocol what a Service says that it carries; null: none says HTTP
   */
  record Reached(AppPort port, Endpoint endpoint, @Nullable Protocol protocol) {}

  private Fleet(List<Member> members, List<ServiceView> services) {
    this.members = List.copyOf(members);
    this.services = List.copyOf(services);
  }

  /**
   * Works out who leads to whom.
   *
   * @param pods all of the enrolled namespaces, with a sidecar and without
   * @param services of those namespaces; others may be among them
   */
  public static Fleet of(List<Pod> pods, List<Service> services) {
    if (pods.isEmpty()) {
      return EMPTY;
    }
    Map<String, List<ServiceView>> byNamespace = new HashMap<>();
    List<ServiceView> views = new ArrayList<>();
    for (Service service : services) {
      ServiceView.of(service)
          .ifPresent(view -> {
            views.add(view);
            byNamespace.computeIfAbsent(view.namespace(), _ -> new ArrayList<>()).add(view);
          });
    }
    List<Member> members = new ArrayList<>();
    for (Pod each : pods) {
      SidecarPod declared = SidecarPod.of(each);
      List<ServiceView> selecting =
          byNamespace.getOrDefault(declared.name().namespace(), List.of()).stream()
              .filter(service -> service.selects(declared))
              .toList();
      List<AppPort> undeclared = undeclared(selecting);
      SidecarPod pod =
          declared.interception() == Interception.REWRITE ? declared : declared.with(undeclared);
      members.add(
          new Member(
              pod,
              pod.ports().stream().map(port -> reached(pod, port, selecting)).toList(),
              !undeclared.isEmpty() || !SidecarPod.declared(each).isEmpty()));
    }
    return new Fleet(members, views);
  }

  /** To declare ports is optional: a Service may lead to any, by its number. */
  private static List<AppPort> undeclared(List<ServiceView> services) {
    return services.stream()
        .flatMap(service -> service.ports().stream())
        .flatMapToInt(port -> port.number().stream())
        .mapToObj(number -> AppPort.of(null, number, number))
        .toList();
  }

  private static Reached reached(SidecarPod pod, AppPort port, List<ServiceView> services) {
    Set<ServicePort> leading = new HashSet<>();
    Protocol protocol = null;
    for (ServiceView service : services) {
      for (ServiceView.Port each : service.ports()) {
        if (port.equals(each.in(pod))) {
          leading.add(new ServicePort(service.name(), each.name()));
          Optional<Protocol> said = each.protocol();
          // Of two that differ the more capable one: it is what gRPC needs.
          if (said.isPresent() && protocol != Protocol.HTTP2) {
            protocol = said.get();
          }
        }
      }
    }
    return new Reached(
        port,
        Endpoint.ofPods(pod.name().namespace(), pod.workload(), port.name(), leading),
        protocol);
  }

  /** What the pods with a sidecar listen on. */
  public Set<Endpoint> endpoints() {
    Set<Endpoint> endpoints = new HashSet<>();
    for (Member member : members) {
      if (member.pod().interception() != null) {
        member.ports().forEach(port -> endpoints.add(port.endpoint()));
      }
    }
    return endpoints;
  }

  /** What has to be closed, so that there is no way around sidecars in rewrite mode. */
  public List<ClosedPorts> closedPorts(CompileResult compiled) {
    record Label(String namespace, String value) {}
    Map<Label, List<Member>> closed =
        members.stream()
            .filter(member ->
                member.pod().interception() == Interception.REWRITE
                    && member.pod().labels().containsKey(Names.MOVED)
                    && !member.ports().isEmpty())
            .collect(
                Collectors.groupingBy(member ->
                    new Label(
                        member.pod().name().namespace(),
                        member.pod().labels().getOrDefault(Names.MOVED, ""))));
    return closed.entrySet().stream()
        .map(each ->
            closed(each.getKey().namespace(), each.getKey().value(), each.getValue(), compiled))
        .sorted(Comparator.comparing(ClosedPorts::namespace).thenComparing(ClosedPorts::label))
        .toList();
  }

  private static ClosedPorts closed(
      String namespace, String label, List<Member> alike, CompileResult compiled) {
    SortedSet<Integer> ports = new TreeSet<>();
    SortedSet<Integer> gates = new TreeSet<>();
    Set<Map<String, String>> pods = new HashSet<>();
    for (Member member : alike) {
      pods.add(member.pod().labels());
      for (Reached reached : member.ports()) {
        ports.add(reached.port().number());
        if (compiled.routeOf(reached.endpoint()).isPresent()) {
          gates.add(reached.port().listen());
        }
      }
    }
    return new ClosedPorts(namespace, label, ports, gates, pods);
  }

  /** What each sidecar has to do, now that this was compiled. */
  public FleetPlan plan(CompileResult compiled, MeshSettings settings) {
    return new FleetPlanner(members, services, compiled, settings).plan();
  }
}
