// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.check.Target;
import dev.portcullis.crds.v1alpha1.NamespaceSelector;
import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who claims what. */
final class Claims {
  private final KnownTargets known;
  private final SortedSet<String> selectable;
  private final Map<TargetName, List<Claim>> byTarget = new HashMap<>();
  private boolean selecting;

  Claims(List<Speaker> speakers, KnownTargets known) {
    this.known = known;
    this.selectable = known.selectable();
    speakers.forEach(speaker -> speaker.targets().forEach(target -> add(speaker, target)));
  }

  private void add(Speaker speaker, Target target) {
    NamespaceSelector selector = target.namespaces();
    if (selector == null) {
      place(speaker, target, speaker.ref().namespace());
      return;
    }
    selecting = true;
    for (String namespace : selectable) {
      if (NamespaceMatch.matches(selector, known.labels(namespace))) {
        place(speaker, target, namespace);
      }
    }
  }

  private void place(Speaker speaker, Target target, String namespace) {
    TargetName name = target.in(namespace);
    byTarget
        .computeIfAbsent(name, _ -> new ArrayList<>())
        .add(new Claim(speaker, name, Rank.of(target), target.path()));
  }

  /** What is claimed, by whom. */
  Map<TargetName, List<Claim>> byTarget() {
    return byTarget;
  }

  /** Which route stands for what. */
  Routing routing() {
    SortedSet<String> namespaces = new TreeSet<>(selectable);
    namespaces.add(known.installation());
    return new Routing(byTarget.keySet(), namespaces, selecting);
  }

  /**
   * What is claimed of a route.
   *
   * @param claims by rank; a policy may have several, of which the first counts
   * @param labels of the Services that the route is named by
   */
  record Claimed(List<Claim> claims, SortedMap<String, String> labels) {}

  /** The claims to each route. */
  SortedMap<RouteId, Claimed> byRoute() {
    Routing routing = routing();
    SortedMap<RouteId, Claimed> routes = new TreeMap<>();
    for (Endpoint endpoint : endpoints()) {
      // Endpoints of one route have the same claims, which is what a route is, and the same
      // Services, by which it is named.
      routing
          .routeOf(endpoint)
          .ifPresent(id ->
              routes.computeIfAbsent(
                  id,
                  _ ->
                      new Claimed(
                          claims(routing.reaching(endpoint)),
                          known.labelsOf(endpoint.namespace(), routing.servicesOf(endpoint)))));
    }
    return routes;
  }

  private List<Claim> claims(List<TargetName> targets) {
    return targets.stream()
        .flatMap(target -> byTarget.getOrDefault(target, List.of()).stream())
        .sorted(Claim.BY_RANK)
        .toList();
  }

  /**
   * Those of the pods, and one for each Service, and port of one, that policies name or that is
   * known: a gateway asks about Services, whether they have pods or not.
   */
  private Set<Endpoint> endpoints() {
    Set<Endpoint> endpoints = new HashSet<>(known.endpoints());
    byTarget.forEach((target, claims) -> {
      if (target.kind() == TargetRef.Kind.SERVICE && isExpected(target, claims)) {
        endpoints.add(
            Endpoint.ofService(
                target.namespace(), new ServicePort(target.name(), target.section())));
      }
    });
    switch (known.services()) {
      case KnownServices.Unknown _ -> {}
      case KnownServices.Listed(var services) ->
          services
              .keySet()
              .forEach(name ->
                  endpoints.add(
                      Endpoint.ofService(name.namespace(), new ServicePort(name.name(), null))));
    }
    return endpoints;
  }

  /**
   * Whether a Service exists, or is named by a policy of its namespace. Not every namespace that is
   * selected has every Service that the selecting policy names.
   */
  private boolean isExpected(TargetName service, List<Claim> claims) {
    return switch (known.services()) {
      case KnownServices.Unknown _ -> true;
      case KnownServices.Listed(var services) ->
          services.containsKey(new ServiceName(service.namespace(), service.name()))
              || claims.stream()
                  .anyMatch(claim -> claim.ref().namespace().equals(service.namespace()));
    };
  }
}
