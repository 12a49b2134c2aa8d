// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.portcullis.cli.explain.EffectiveRoute;
import dev.portcullis.cli.explain.ExplanationText;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.Endpoint;
import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.KnownTargets;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.ServicePort;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.fleet.Fleet;
import dev.portcullis.policy.plan.RouteId;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where each section of what is guarded comes from, by the compiler that the operator uses and the
 * specs as they stand. The operator may serve an earlier version of a policy that is not Accepted.
 *
 * @param routes in their order
 */
public record EffectivePolicies(List<EffectiveRoute> routes) {

  public EffectivePolicies {
    routes = List.copyOf(routes);
  }

  /**
   * Compiles what a cluster has.
   *
   * @param pods of enrolled namespaces
   * @param configMaps that policies name
   * @param only the namespace to tell of; null: every one
   */
  static EffectivePolicies of(
      Collection<? extends CustomResource<? extends PolicySpec, ?>> policies,
      List<Namespace> namespaces,
      List<Service> services,
      List<Pod> pods,
      KnownConfigMaps configMaps,
      @Nullable String only) {
    Map<ServiceName, Set<String>> ports = new HashMap<>();
    Set<Endpoint> places = new HashSet<>(Fleet.of(pods, services).endpoints());
    for (Service service : services) {
      String namespace = service.getMetadata().getNamespace();
      String name = service.getMetadata().getName();
      Set<String> names = new TreeSet<>();
      for (var port : service.getSpec().getPorts()) {
        if (port.getName() != null) {
          names.add(port.getName());
        }
        // A gateway asks about a Service whose pods nobody knows.
        places.add(Endpoint.ofService(namespace, new ServicePort(name, port.getName())));
      }
      ports.put(new ServiceName(namespace, name), names);
    }
    Map<String, SortedMap<String, String>> labels = new HashMap<>();
    namespaces.forEach(namespace ->
        labels.put(
            namespace.getMetadata().getName(),
            new TreeMap<>(
                Objects.requireNonNullElse(namespace.getMetadata().getLabels(), Map.of()))));
    CompileResult compiled =
        PolicyCompiler.compile(
            new PolicySet(
                policies.stream().map(policy -> PolicySource.ofCluster(policy, null)).toList(),
                List.of(),
                KnownTargets.of(new KnownServices.Listed(ports))
                    .withNamespaces(labels)
                    .withEndpoints(places),
                KnownSecrets.unknown().assuming(),
                configMaps));
    SortedSet<RouteId> routes = new TreeSet<>();
    places.forEach(place -> compiled.routeOf(place).ifPresent(route -> routes.add(route)));
    List<EffectiveRoute> effective = new ArrayList<>();
    for (RouteId route : routes) {
      if (only == null || route.namespace().equals(only)) {
        effective.add(EffectiveRoute.of(route, compiled));
      }
    }
    return new EffectivePolicies(effective);
  }

  /** For people. */
  public List<String> lines() {
    return routes.isEmpty()
        ? List.of("", "No policy reaches anything.")
        : routes.stream().flatMap(route -> ExplanationText.ofRoute(route).stream()).toList();
  }

  /** For programs. */
  public ArrayNode json() {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    routes.forEach(route -> all.add(route.json()));
    return all;
  }
}
