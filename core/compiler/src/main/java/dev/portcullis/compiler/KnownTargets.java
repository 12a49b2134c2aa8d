// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What policies may target, as far as the caller can tell.
 *
 * @param serviceLabels by Service; one that is not here has none
 * @param endpoints what the pods that are to be guarded listen on; none where there are no pods
 * @param namespaces their labels, by name; one that is not here has its name as its only label
 * @param installation the namespace whose policies may select others
 */
public record KnownTargets(
    KnownServices services,
    Map<ServiceName, SortedMap<String, String>> serviceLabels,
    KnownWorkloads workloads,
    Set<Endpoint> endpoints,
    Map<String, SortedMap<String, String>> namespaces,
    String installation) {
  /** Where Portcullis is installed unless somebody says otherwise. */
  public static final String DEFAULT_INSTALLATION = "portcullis-system";

  /** The label that Kubernetes gives every namespace. */
  private static final String NAME_LABEL = "kubernetes.io/metadata.name";

  public KnownTargets {
    serviceLabels = Map.copyOf(serviceLabels);
    endpoints = Set.copyOf(endpoints);
    Map<String, SortedMap<String, String>> copy = new HashMap<>();
    namespaces.forEach(
        (name, labels) -> copy.put(name, Collections.unmodifiableSortedMap(named(name, labels))));
    namespaces = Map.copyOf(copy);
  }

  /** Services and no pods, as behind a gateway. */
  public static KnownTargets of(KnownServices services) {
    KnownWorkloads workloads =
        switch (services) {
          case KnownServices.Unknown _ -> new KnownWorkloads.Unknown();
          case KnownServices.Listed _ -> new KnownWorkloads.Listed(Map.of());
        };
    return new KnownTargets(
        services, Map.of(), workloads, Set.of(), Map.of(), DEFAULT_INSTALLATION);
  }

  /** The same with pods: the workloads are those that have some. */
  public KnownTargets withEndpoints(Set<Endpoint> some) {
    return new KnownTargets(
        services, serviceLabels, KnownWorkloads.Listed.of(some), some, namespaces, installation);
  }

  /** The same with other workloads. */
  public KnownTargets withWorkloads(KnownWorkloads some) {
    return new KnownTargets(services, serviceLabels, some, endpoints, namespaces, installation);
  }

  /** The same with the labels of namespaces. */
  public KnownTargets withNamespaces(Map<String, ? extends SortedMap<String, String>> some) {
    return new KnownTargets(
        services, serviceLabels, workloads, endpoints, Map.copyOf(some), installation);
  }

  /** The same with the labels of Services. */
  public KnownTargets withLabels(Map<ServiceName, SortedMap<String, String>> some) {
    return new KnownTargets(services, some, workloads, endpoints, namespaces, installation);
  }

  /** The labels that all of these Services have alike. */
  SortedMap<String, String> labelsOf(String namespace, Collection<String> names) {
    SortedMap<String, String> alike = null;
    for (String name : names) {
      SortedMap<String, String> own =
          serviceLabels.getOrDefault(
              new ServiceName(namespace, name), Collections.emptySortedMap());
      if (alike == null) {
        alike = new TreeMap<>(own);
      } else {
        alike.entrySet().retainAll(own.entrySet());
      }
    }
    return alike == null ? Collections.emptySortedMap() : alike;
  }

  /** The labels of a namespace. */
  SortedMap<String, String> labels(String namespace) {
    SortedMap<String, String> labels = namespaces.get(namespace);
    return labels == null ? named(namespace, new TreeMap<>()) : labels;
  }

  private static SortedMap<String, String> named(String name, SortedMap<String, String> labels) {
    SortedMap<String, String> copy = new TreeMap<>(labels);
    copy.putIfAbsent(NAME_LABEL, name);
    return copy;
  }

  /**
   * The namespaces that can be selected. Never the installation's own: what decides must not depend
   * on its own decisions.
   */
  SortedSet<String> selectable() {
    SortedSet<String> names = new TreeSet<>(namespaces.keySet());
    endpoints.forEach(endpoint -> names.add(endpoint.namespace()));
    switch (services) {
      case KnownServices.Unknown _ -> {}
      case KnownServices.Listed(var ports) ->
          ports.keySet().forEach(service -> names.add(service.namespace()));
    }
    names.remove(installation);
    return names;
  }
}
