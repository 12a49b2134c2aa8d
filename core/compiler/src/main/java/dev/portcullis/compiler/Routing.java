// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.crds.v1alpha1.TargetRef;
import dev.portcullis.policy.plan.RouteId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/*
 * A route is named by what policies speak of by name among the targets that reach an endpoint: its
 * Services and its workload, or ports of them. So two endpoints have one route exactly when the
 * same policies reach them, whatever else selects their pods; and a Service that nobody speaks of
 * never renames a route. Where policies speak of the namespace only, the name says what it can:
 * the Services, else the workload, else that there are pods. Such a name is never that of a route
 * of the first kind, for then somebody would speak of the Service, or of the workload.
 */
/** Which route stands for an endpoint. Immutable. */
public final class Routing {
  private final Set<TargetName> claimed;
  private final Set<String> namespaces;
  private final boolean selecting;

  /**
   * @param namespaces those that are known
   * @param selecting whether a policy selects among namespaces
   */
  Routing(Set<TargetName> claimed, Set<String> namespaces, boolean selecting) {
    this.claimed = Set.copyOf(claimed);
    this.namespaces = Set.copyOf(namespaces);
    this.selecting = selecting;
  }

  /**
   * The route of an endpoint; empty when no policy reaches it. One of a namespace that the
   * compilation did not know has a route as soon as any policy selects namespaces: there is no plan
   * of it, so that it is closed until it is known.
   */
  public Optional<RouteId> routeOf(Endpoint endpoint) {
    SortedSet<String> services = claimed(endpoint);
    String workload = workload(endpoint);
    if (!services.isEmpty() || workload != null) {
      return Optional.of(RouteId.of(endpoint.namespace(), services, workload));
    }
    return reachesNamespace(endpoint.namespace())
        ? Optional.of(ofNamespace(endpoint))
        : Optional.empty();
  }

  /** Names of the Services that the endpoint's route is named by. */
  SortedSet<String> servicesOf(Endpoint endpoint) {
    SortedSet<String> claimed = claimed(endpoint);
    SortedSet<String> names = new TreeSet<>();
    if (!claimed.isEmpty()) {
      claimed.forEach(service -> names.add(withoutPort(service)));
    } else if (workload(endpoint) == null) {
      endpoint.services().forEach(port -> names.add(port.service()));
    }
    return names;
  }

  private static String withoutPort(String service) {
    int slash = service.indexOf('/');
    return slash < 0 ? service : service.substring(0, slash);
  }

  /** Services, and ports of them, that policies speak of. */
  private SortedSet<String> claimed(Endpoint endpoint) {
    SortedSet<String> services = new TreeSet<>();
    for (ServicePort port : endpoint.services()) {
      if (claimed.contains(service(endpoint, port.service(), port.port()))) {
        services.add(port.port() == null ? port.service() : port.service() + "/" + port.port());
      }
    }
    for (ServicePort port : endpoint.services()) {
      String name = port.service();
      if (services.stream().noneMatch(known -> known.startsWith(name + "/"))
          && claimed.contains(service(endpoint, name, null))) {
        services.add(name);
      }
    }
    return services;
  }

  private @Nullable String workload(Endpoint endpoint) {
    Workload workload = endpoint.workload();
    if (workload == null) {
      return null;
    }
    if (endpoint.port() != null
        && claimed.contains(workload(endpoint, workload, endpoint.port()))) {
      return workload + "/" + endpoint.port();
    }
    return claimed.contains(workload(endpoint, workload, null)) ? workload.toString() : null;
  }

  private boolean reachesNamespace(String namespace) {
    return claimed.contains(TargetName.ofNamespace(namespace))
        || (selecting && !namespaces.contains(namespace));
  }

  private static RouteId ofNamespace(Endpoint endpoint) {
    SortedSet<String> services = new TreeSet<>();
    endpoint.services().forEach(port -> services.add(port.service()));
    Workload workload = endpoint.workload();
    return RouteId.of(
        endpoint.namespace(),
        services,
        services.isEmpty() && workload != null ? workload.toString() : null);
  }

  /** The targets that reach an endpoint, claimed or not. */
  List<TargetName> reaching(Endpoint endpoint) {
    Set<TargetName> targets = new LinkedHashSet<>();
    for (ServicePort port : endpoint.services()) {
      targets.add(service(endpoint, port.service(), port.port()));
      targets.add(service(endpoint, port.service(), null));
    }
    Workload workload = endpoint.workload();
    if (workload != null) {
      targets.add(workload(endpoint, workload, endpoint.port()));
      targets.add(workload(endpoint, workload, null));
    }
    targets.add(TargetName.ofNamespace(endpoint.namespace()));
    return new ArrayList<>(targets);
  }

  private static TargetName service(Endpoint endpoint, String name, @Nullable String port) {
    return new TargetName(TargetRef.Kind.SERVICE, endpoint.namespace(), name, port);
  }

  private static TargetName workload(Endpoint endpoint, Workload workload, @Nullable String port) {
    return new TargetName(workload.kind(), endpoint.namespace(), workload.name(), port);
  }
}
