// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.through;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.FileContent;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.PolicyFiles;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.IssuedKey;
import dev.portcullis.suite.Suite;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a suite is about, compiled: its policies, and the Secrets and ApiKeys that were made for the
 * run. Those stand in memory only.
 *
 * @param diagnostics of files and policies, sorted
 */
public record SuitePolicies(CompileResult result, List<Diagnostic> diagnostics) {

  public SuitePolicies {
    diagnostics = List.copyOf(diagnostics);
  }

  /** Compiles them. Services are those that the suite names and those that its files hold. */
  public static SuitePolicies compile(Suite suite, Fixtures fixtures) {
    FileSet read = PolicyFiles.read(suite.policies());
    SortedMap<String, FileContent> contents = new TreeMap<>(read.files());
    fixtures
        .secrets()
        .forEach((name, material) -> add(contents, "Secret " + name, secret(name, material)));
    for (IssuedKey key : fixtures.apiKeys()) {
      add(contents, "ApiKey " + key.name(), key.resource());
    }
    FileSet files = new FileSet(contents, read.problems());
    CompileResult result =
        PolicyCompiler.compile(
            files.policySet(new KnownServices.Listed(services(suite, files)), true));
    List<Diagnostic> diagnostics = new ArrayList<>(files.diagnostics());
    diagnostics.addAll(result.diagnostics());
    Collections.sort(diagnostics);
    return new SuitePolicies(result, diagnostics);
  }

  /** Whether the cluster would refuse something. */
  public boolean hasError() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }

  /**
   * A Secret as YAML.
   *
   * @param name {@code namespace/name/key}
   */
  public static String secret(String name, byte[] material) {
    String[] parts = name.split("/", 3);
    return """
    apiVersion: v1
    kind: Secret
    metadata: {namespace: %s, name: %s}
    data: {%s: %s}
    """
        .formatted(
            parts[0],
            parts[1],
            parts[2],
            new String(Base64.getEncoder().encode(material), StandardCharsets.US_ASCII));
  }

  private static void add(Map<String, FileContent> contents, String name, String yaml) {
    contents.put(name, FileReader.read(name, yaml.getBytes(StandardCharsets.UTF_8)));
  }

  private static Map<ServiceName, Set<String>> services(Suite suite, FileSet files) {
    Map<ServiceName, Set<String>> services = new HashMap<>();
    files.services().forEach((name, ports) -> services.put(name, new HashSet<>(ports)));
    for (String service : suite.services()) {
      int slash = service.indexOf('/');
      services.putIfAbsent(
          new ServiceName(service.substring(0, slash), service.substring(slash + 1)), Set.of());
    }
    return services;
  }
}
