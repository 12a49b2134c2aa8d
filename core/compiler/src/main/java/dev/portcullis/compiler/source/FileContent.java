// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.WorkloadName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * What one file holds.
 *
 * @param file as the user named it
 * @param hash SHA-256 of its bytes; empty when they could not be read
 * @param readable false: it is not YAML, and nothing is known of what it would say
 * @param services names of ports, by Service
 * @param serviceLabels by Service
 * @param workloads names of ports, by workload
 * @param namespaces labels, by namespace
 */
public record FileContent(
    String file,
    String hash,
    boolean readable,
    List<PolicySource> policies,
    List<KeySource> apiKeys,
    Map<KnownSecrets.Key, SecretMaterial> secrets,
    Map<KnownConfigMaps.Name, KnownConfigMaps.Content> configMaps,
    Map<ServiceName, Set<String>> services,
    Map<ServiceName, SortedMap<String, String>> serviceLabels,
    Map<WorkloadName, Set<String>> workloads,
    Map<String, SortedMap<String, String>> namespaces,
    List<Diagnostic> diagnostics) {

  public FileContent {
    policies = List.copyOf(policies);
    apiKeys = List.copyOf(apiKeys);
    secrets = Map.copyOf(secrets);
    configMaps = Map.copyOf(configMaps);
    services = Map.copyOf(services);
    serviceLabels = Map.copyOf(serviceLabels);
    workloads = Map.copyOf(workloads);
    namespaces = Map.copyOf(namespaces);
    diagnostics = List.copyOf(diagnostics);
  }

  /** This content in place of one that cannot be read. */
  FileContent standingInFor(FileContent broken) {
    return new FileContent(
        file,
        broken.hash,
        false,
        policies,
        apiKeys,
        secrets,
        configMaps,
        services,
        serviceLabels,
        workloads,
        namespaces,
        broken.diagnostics);
  }

  /** A file of which nothing is known but why. */
  static FileContent unreadable(String file, String hash, Diagnostic why) {
    return new FileContent(
        file,
        hash,
        false,
        List.of(),
        List.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(why));
  }
}
