// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.source;

import dev.portcullis.compiler.KnownConfigMaps;
import dev.portcullis.compiler.KnownSecrets;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.KnownTargets;
import dev.portcullis.compiler.KnownWorkloads;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.WorkloadName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the files of a user hold, taken together.
 *
 * @param files by name
 * @param problems with paths rather than with what is in a file
 */
public record FileSet(SortedMap<String, FileContent> files, List<Diagnostic> problems) {

  public FileSet {
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    problems = List.copyOf(problems);
  }

  /** No files. */
  public static FileSet empty() {
    return new FileSet(new TreeMap<>(), List.of());
  }

  /** Whether every file is YAML. */
  public boolean readable() {
    return files.values().stream().allMatch(FileContent::readable);
  }

  /**
   * The same files, where one that is not YAML still holds what it held earlier, so that a slip of
   * the pen does not open or close anything. Its diagnostics stay. What stood in a directory that
   * can no longer be read stands as well.
   */
  public FileSet keepingReadable(FileSet earlier) {
    SortedMap<String, FileContent> kept = new TreeMap<>();
    files.forEach((name, content) -> {
      FileContent before = earlier.files.get(name);
      kept.put(
          name, content.readable() || before == null ? content : before.standingInFor(content));
    });
    Set<String> unreadable = unreadablePaths();
    earlier.files.forEach((name, content) -> {
      if (!files.containsKey(name) && unreadable.stream().anyMatch(name::startsWith)) {
        kept.put(name, content);
      }
    });
    return new FileSet(kept, problems);
  }

  /** Paths that could not be looked into, with the slash that everything beneath them begins by. */
  private Set<String> unreadablePaths() {
    return Stream.concat(
            problems.stream(), files.values().stream().flatMap(file -> file.diagnostics().stream()))
        .filter(problem -> problem.code() == DiagnosticCode.FILE_UNREADABLE)
        .map(problem -> problem.position() + "/")
        .collect(Collectors.toSet());
  }

  /**
   * What the compiler needs.
   *
   * @param complete whether a Secret or ConfigMap that is not in the files does not exist
   */
  public PolicySet policySet(KnownServices services, boolean complete) {
    Map<KnownSecrets.Key, SecretMaterial> secrets = new HashMap<>();
    files.values().forEach(content -> content.secrets().forEach(secrets::putIfAbsent));
    Map<KnownConfigMaps.Name, KnownConfigMaps.Content> configMaps = new HashMap<>();
    files.values().forEach(content -> content.configMaps().forEach(configMaps::putIfAbsent));
    return new PolicySet(
        files.values().stream().flatMap(content -> content.policies().stream()).toList(),
        files.values().stream().flatMap(content -> content.apiKeys().stream()).toList(),
        targets(services),
        new KnownSecrets(secrets, complete),
        new KnownConfigMaps(configMaps, Set.of(), complete));
  }

  /** Where Services are known, nothing else exists; else the files say what they can. */
  private KnownTargets targets(KnownServices services) {
    KnownTargets known =
        KnownTargets.of(services).withNamespaces(namespaces()).withLabels(labels());
    Map<WorkloadName, Set<String>> workloads = new HashMap<>();
    files.values().forEach(content -> content.workloads().forEach(workloads::putIfAbsent));
    return switch (services) {
      case KnownServices.Unknown _ ->
          workloads.isEmpty() ? known : known.withWorkloads(new KnownWorkloads.Listed(workloads));
      case KnownServices.Listed _ -> known;
    };
  }

  private Map<ServiceName, SortedMap<String, String>> labels() {
    Map<ServiceName, SortedMap<String, String>> labels = new HashMap<>();
    files.values().forEach(content -> content.serviceLabels().forEach(labels::putIfAbsent));
    return labels;
  }

  private Map<String, SortedMap<String, String>> namespaces() {
    Map<String, SortedMap<String, String>> namespaces = new HashMap<>();
    files.values().forEach(content -> content.namespaces().forEach(namespaces::putIfAbsent));
    return namespaces;
  }

  /** Names of the ports of the Services that the files hold. */
  public Map<ServiceName, Set<String>> services() {
    Map<ServiceName, Set<String>> services = new HashMap<>();
    files.values().forEach(content -> content.services().forEach(services::putIfAbsent));
    return Collections.unmodifiableMap(services);
  }

  /**
   * What is wrong with the files themselves, sorted; what is wrong with the policies in them is
   * told by the compiler.
   */
  public List<Diagnostic> diagnostics() {
    List<Diagnostic> out = new ArrayList<>(problems);
    Map<PolicyRef, Origin> seen = new HashMap<>();
    for (FileContent content : files.values()) {
      out.addAll(content.diagnostics());
      content.policies().forEach(policy -> once(policy.ref(), policy.origin(), seen, out));
      content.apiKeys().forEach(key -> once(key.ref(), key.origin(), seen, out));
    }
    Collections.sort(out);
    return Collections.unmodifiableList(out);
  }

  private static void once(
      PolicyRef ref, Origin origin, Map<PolicyRef, Origin> seen, List<Diagnostic> out) {
    Origin first = seen.putIfAbsent(ref, origin);
    if (first != null) {
      DiagnosticCode code = DiagnosticCode.DUPLICATE_RESOURCE;
      out.add(
          new Diagnostic(
              code,
              code.severity(),
              origin.locate(ref, FieldPath.NAME, 0),
              ref,
              ref + " already stands at " + first.locate(ref, FieldPath.NAME, 0),
              "rename or remove one of them"));
    }
  }
}
