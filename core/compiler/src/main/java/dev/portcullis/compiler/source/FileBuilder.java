// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.WorkloadName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** Gathers what the documents of one file hold. */
final class FileBuilder {
  private final String file;
  private final List<PolicySource> policies = new ArrayList<>();
  private final List<KeySource> apiKeys = new ArrayList<>();
  private final Map<KnownSecrets.Key, SecretMaterial> secrets = new LinkedHashMap<>();
  private final Map<KnownConfigMaps.Name, KnownConfigMaps.Content> configMaps =
      new LinkedHashMap<>();
  private final Map<ServiceName, Set<String>> services = new LinkedHashMap<>();
  private final Map<ServiceName, SortedMap<String, String>> serviceLabels = new LinkedHashMap<>();
  private final Map<WorkloadName, Set<String>> workloads = new LinkedHashMap<>();
  private final Map<String, SortedMap<String, String>> namespaces = new LinkedHashMap<>();
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  FileBuilder(String file) {
    this.file = file;
  }

  String file() {
    return file;
  }

  void add(PolicySource policy) {
    policies.add(policy);
  }

  void add(KeySource key) {
    apiKeys.add(key);
  }

  void add(KnownSecrets.Key key, SecretMaterial material) {
    secrets.put(key, material);
  }

  void add(KnownConfigMaps.Name name, KnownConfigMaps.Content content) {
    configMaps.put(name, content);
  }

  void add(ServiceName service, Set<String> ports, SortedMap<String, String> labels) {
    services.put(service, ports);
    serviceLabels.put(service, labels);
  }

  void add(WorkloadName workload, Set<String> ports) {
    workloads.put(workload, ports);
  }

  void addNamespace(String name, SortedMap<String, String> labels) {
    namespaces.put(name, labels);
  }

  /** Reports something about a document that is no policy. */
  void report(YamlValue document, DiagnosticCode code, FieldPath path, String message, String fix) {
    diagnostics.add(
        FileReader.problem(code, YamlPositions.locate(file, document, path, 0), message, fix));
  }

  FileContent build(String hash) {
    return new FileContent(
        file,
        hash,
        true,
        policies,
        apiKeys,
        secrets,
        configMaps,
        services,
        serviceLabels,
        workloads,
        namespaces,
        diagnostics);
  }
}
