// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.envoy.Upstream.Protocol;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.envoy.sidecar.Interception;
import dev.portcullis.envoy.sidecar.PeerService;
import dev.portcullis.envoy.sidecar.SidecarPort;
import dev.portcullis.envoy.sidecar.SidecarSpec;
import dev.portcullis.fleet.Fleet.Member;
import dev.portcullis.fleet.Fleet.Reached;
import dev.portcullis.fleet.UnprotectedPod.Reason;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.MtlsMode;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Works out what each sidecar has to do. Used once. */
final class FleetPlanner {
  private final List<Member> members;
  private final List<ServiceView> services;
  private final CompileResult compiled;
  private final MeshSettings settings;
  private final Map<String, List<Member>> byNamespace = new HashMap<>();
  private final Map<String, List<ServiceView>> servicesIn;
  private final PeerServices peerServices;

  FleetPlanner(
      List<Member> members,
      List<ServiceView> services,
      CompileResult compiled,
      MeshSettings settings) {
    this.members = members;
    this.services = services;
    this.compiled = compiled;
    this.settings = settings;
    this.servicesIn = services.stream().collect(Collectors.groupingBy(ServiceView::namespace));
    this.peerServices =
        new PeerServices(
            this::selected, this::answers, member -> identity(member.pod()).toString());
    members.forEach(member ->
        byNamespace
            .computeIfAbsent(member.pod().name().namespace(), _ -> new ArrayList<>())
            .add(member));
  }

  private record Shape(Interception interception, List<Reached> ports) {}

  FleetPlan plan() {
    List<PeerService> peers = List.copyOf(peerServices.of(services));
    Map<Shape, SidecarSpec> known = new HashMap<>();
    SortedMap<PodName, SidecarSpec> sidecars = new TreeMap<>();
    SortedMap<PodName, PodPlace> serving = new TreeMap<>();
    List<UnprotectedPod> unprotected = new ArrayList<>();
    for (Member member : members) {
      Interception interception = member.pod().interception();
      if (interception == null && member.pod().serves()) {
        unprotected.add(unprotected(member, Reason.NO_SIDECAR));
      }
      // One with more ports than a sidecar takes gets nothing, and so never opens its listener.
      if (interception == null || member.ports().size() > SidecarSpec.MAX_PORTS) {
        continue;
      }
      SidecarSpec spec =
          known.computeIfAbsent(
              new Shape(interception, member.ports()), shape -> spec(shape, peers));
      sidecars.put(member.pod().name(), spec);
      String address = member.pod().address();
      if (member.pod().serves() && address != null) {
        serving.put(member.pod().name(), new PodPlace(address, identity(member.pod())));
        if (passesUnasked(member, spec)) {
          unprotected.add(unprotected(member, Reason.NO_POLICY));
        }
        if (interception == Interception.REWRITE && isLedToByNumber(member.pod())) {
          unprotected.add(unprotected(member, Reason.NUMERIC_TARGET_PORT));
        }
      }
    }
    return new FleetPlan(sidecars, serving, peers, unprotected, refused());
  }

  /** A sidecar knows no port that neither a policy nor HTTP is for; it lets pass what comes. */
  private static boolean passesUnasked(Member member, SidecarSpec spec) {
    return spec.ports().isEmpty()
        ? member.listens()
        : spec.ports().stream().anyMatch(port -> port.guard() == null);
  }

  private boolean isLedToByNumber(SidecarPod pod) {
    return servicesIn.getOrDefault(pod.name().namespace(), List.of()).stream()
        .filter(service -> service.selects(pod))
        .flatMap(service -> service.ports().stream())
        .flatMapToInt(port -> port.number().stream())
        .anyMatch(number -> pod.ports().stream().anyMatch(port -> port.number() == number));
  }

  private static UnprotectedPod unprotected(Member member, Reason reason) {
    return new UnprotectedPod(
        member.pod().name(),
        reason,
        member.pod().owner(),
        member.ports().stream().map(Reached::endpoint).collect(Collectors.toUnmodifiableSet()));
  }

  private SpiffeId identity(SidecarPod pod) {
    return new SpiffeId(
        settings.decider().trustDomain(), pod.name().namespace(), pod.serviceAccount());
  }

  private SidecarSpec spec(Shape shape, List<PeerService> peers) {
    List<SidecarPort> ports = new ArrayList<>();
    for (Reached reached : shape.ports()) {
      Optional<SidecarPort> port = port(reached);
      if (port.isPresent()) {
        ports.add(port.get());
      } else if (shape.interception() == Interception.REWRITE) {
        // The name was moved, so somebody has to pass on what comes.
        ports.add(unguarded(reached));
      }
    }
    return new SidecarSpec(
        shape.interception(), settings.extAuthz(), settings.decider(), ports, peers);
  }

  /** Empty when the port is not known to speak HTTP and no policy wants it to. */
  private Optional<SidecarPort> port(Reached reached) {
    Optional<RouteId> route = compiled.routeOf(reached.endpoint());
    if (route.isEmpty()) {
      return reached.protocol() == null ? Optional.empty() : Optional.of(unguarded(reached));
    }
    RoutePlan plan = compiled.routes().get(route.get());
    return Optional.of(
        new SidecarPort(
            reached.port().number(),
            reached.port().listen(),
            protocol(reached),
            RouteGuard.of(route.get(), plan),
            mtls(plan)));
  }

  private static SidecarPort unguarded(Reached reached) {
    return new SidecarPort(
        reached.port().number(),
        reached.port().listen(),
        protocol(reached),
        null,
        MtlsMode.PERMISSIVE);
  }

  private static Protocol protocol(Reached reached) {
    return reached.protocol() == null ? Protocol.HTTP1 : reached.protocol();
  }

  private static MtlsMode mtls(@Nullable RoutePlan plan) {
    return plan instanceof GuardedRoute guarded ? guarded.mtls() : MtlsMode.PERMISSIVE;
  }

  private List<Member> selected(ServiceView service) {
    return byNamespace.getOrDefault(service.namespace(), List.of()).stream()
        .filter(member -> service.selects(member.pod()) && member.pod().serves())
        .toList();
  }

  /** Callers of Services that lead to ports which demand what those callers cannot do. */
  private SortedMap<RouteId, SortedSet<String>> refused() {
    SortedMap<RouteId, SortedSet<String>> refused = new TreeMap<>();
    for (ServiceView service : services) {
      List<Member> selected = selected(service);
      for (ServiceView.Port port : service.ports()) {
        Optional<String> why = refusal(service, selected, port);
        if (why.isPresent()) {
          strict(selected, port)
              .forEach(
                  route -> refused.computeIfAbsent(route, _ -> new TreeSet<>()).add(why.get()));
        }
      }
    }
    return refused;
  }

  private Optional<String> refusal(
      ServiceView service, List<Member> selected, ServiceView.Port port) {
    String name = "Service " + service.namespace() + "/" + service.name();
    if (service.outside()) {
      return Optional.of(name + " brings callers from outside of the cluster");
    }
    if (service.addresses().isEmpty()) {
      return selected.stream().allMatch(member -> peerServices.answersDirectly(member, port))
          ? Optional.empty()
          : Optional.of(
              name
                  + " has no address of its own, and some of its pods take no mutual TLS on the"
                  + " port that callers dial");
    }
    return selected.stream().allMatch(member -> answers(member, port))
        ? Optional.empty()
        : Optional.of(name + " has pods that do not take mutual TLS, so none is called by it");
  }

  private SortedSet<RouteId> strict(List<Member> selected, ServiceView.Port port) {
    return selected.stream()
        .flatMap(member -> reached(member, port))
        .filter(each -> each.mtls() == MtlsMode.STRICT)
        .map(SidecarPort::guard)
        .filter(Objects::nonNull)
        .map(RouteGuard::route)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private boolean answers(Member member, ServiceView.Port port) {
    return reached(member, port).anyMatch(each -> each.mtls() != MtlsMode.DISABLED);
  }

  /** What a sidecar does on the port that a Service leads to; empty: there is none, or nothing. */
  private Stream<SidecarPort> reached(Member member, ServiceView.Port port) {
    AppPort target = port.in(member.pod());
    if (member.pod().interception() == null || target == null) {
      return Stream.empty();
    }
    return member.ports().stream()
        .filter(each -> each.port().equals(target))
        .map(this::port)
        .flatMap(Optional::stream);
  }
}
