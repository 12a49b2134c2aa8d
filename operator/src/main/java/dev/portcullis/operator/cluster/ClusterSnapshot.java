// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.cluster;

import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.KnownTargets;
import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.compiler.KnownWorkloads;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.source.KeySource;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.compiler.source.PolicySource;
import dev.portcullis.crds.v1alpha1.ApiKey;
import dev.portcullis.crds.v1alpha1.PolicySpec;
import dev.portcullis.crds.v1alpha1.PolicyStatus;
import dev.portcullis.fleet.Fleet;
import dev.portcullis.policy.plan.PolicyRef;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.client.CustomResource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment, as far as it matters to policies.
 *
 * @param policies as the API server holds them, status included
 * @param apiKeys as the API server holds them, status included
 * @param fleet the pods of enrolled namespaces
 * @param input what the compiler makes of all this
 */
public record ClusterSnapshot(
    SortedMap<PolicyRef, CustomResource<? extends PolicySpec, PolicyStatus>> policies,
    SortedMap<PolicyRef, ApiKey> apiKeys,
    Fleet fleet,
    PolicySet input) {

  public ClusterSnapshot {
    policies = Collections.unmodifiableSortedMap(policies);
    apiKeys = Collections.unmodifiableSortedMap(apiKeys);
  }

  /**
   * Reads the informers' caches; the only place that does.
   *
   * @param trustDomain of the identities that workloads here have
   * @param served by a policy's UID, what this process served of it last; goes before the stored
   *     revisions, of which the newest may not have come back from the API server yet
   */
  public static ClusterSnapshot read(
      ClusterWatch watch, String trustDomain, Map<String, LastAccepted> served) {
    SortedMap<PolicyRef, CustomResource<? extends PolicySpec, PolicyStatus>> policies =
        new TreeMap<>();
    watch.policies().forEach(policy -> policies.put(ref(policy), policy));
    SortedMap<PolicyRef, ApiKey> keys = new TreeMap<>();
    watch.apiKeys().forEach(key -> keys.put(ref(key), key));
    List<PolicySource> sources =
        policies.values().stream()
            .map(policy -> PolicySource.ofCluster(policy, fallback(policy, watch, served)))
            .toList();
    NamedByPolicies named = NamedByPolicies.of(sources);
    Fleet fleet = Fleet.of(watch.pods().pods(), watch.services().toList());
    return new ClusterSnapshot(
        policies,
        keys,
        fleet,
        new PolicySet(
            sources,
            keys.values().stream().map(KeySource::ofCluster).toList(),
            targets(watch, fleet),
            watch.secrets().read(named.secrets()),
            watch.configMaps().read(named.configMaps()),
            new KnownTrust.Domain(trustDomain)));
  }

  private static @Nullable LastAccepted fallback(
      CustomResource<? extends PolicySpec, ?> policy,
      ClusterWatch watch,
      Map<String, LastAccepted> served) {
    LastAccepted last = served.get(policy.getMetadata().getUid());
    return last == null ? watch.revisions().newest(policy) : last;
  }

  private static PolicyRef ref(CustomResource<?, ?> resource) {
    return new PolicyRef(
        resource.getKind(),
        resource.getMetadata().getNamespace(),
        resource.getMetadata().getName());
  }

  private static KnownTargets targets(ClusterWatch watch, Fleet fleet) {
    Map<String, SortedMap<String, String>> namespaces = new HashMap<>();
    watch
        .namespaces()
        .forEach(namespace -> namespaces.put(namespace.getMetadata().getName(), labels(namespace)));
    return new KnownTargets(
            new KnownServices.Listed(ports(watch)),
            watch
                .services()
                .collect(
                    Collectors.toMap(
                        ClusterSnapshot::name, ClusterSnapshot::labels, (one, _) -> one)),
            new KnownWorkloads.Listed(Map.of()),
            Set.of(),
            namespaces,
            watch.scope().installation())
        .withEndpoints(fleet.endpoints());
  }

  private static Map<ServiceName, Set<String>> ports(ClusterWatch watch) {
    return watch
        .services()
        .collect(Collectors.toMap(ClusterSnapshot::name, ClusterSnapshot::portNames, (a, _) -> a));
  }

  private static ServiceName name(Service service) {
    return new ServiceName(service.getMetadata().getNamespace(), service.getMetadata().getName());
  }

  private static SortedMap<String, String> labels(HasMetadata resource) {
    return new TreeMap<>(Objects.requireNonNullElse(resource.getMetadata().getLabels(), Map.of()));
  }

  private static Set<String> portNames(Service service) {
    List<ServicePort> ports = service.getSpec().getPorts();
    return ports == null
        ? Set.of()
        : ports.stream()
            .map(ServicePort::getName)
            .filter(Objects::nonNull)
            .collect(Collectors.toUnmodifiableSet());
  }
}
