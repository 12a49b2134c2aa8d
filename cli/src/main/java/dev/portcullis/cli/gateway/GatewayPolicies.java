// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.FileSet;
import dev.portcullis.compiler.source.PolicyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The policies in files, as they stand now. A file or policy that breaks keeps what it last said,
 * so that a slip of the editor opens nothing and closes nothing. Not thread-safe: one loop asks.
 */
public final class GatewayPolicies {
  private final List<Path> paths;
  private final List<GuardedService> services;
  private FileSet files = FileSet.empty();
  private @Nullable CompileResult result;

  /** Nothing is read yet. */
  public GatewayPolicies(List<Path> paths, List<GuardedService> services) {
    this.paths = List.copyOf(paths);
    this.services = List.copyOf(services);
  }

  /**
   * What the files say.
   *
   * @param diagnostics of files and policies, sorted
   */
  public record Reading(CompileResult result, List<Diagnostic> diagnostics) {

    /** Whether something has an error. */
    public boolean hasError() {
      return diagnostics.stream().anyMatch(Diagnostic::isError);
    }
  }

  /** Reads the files again; empty when nothing changed since the last reading. */
  public Optional<Reading> read() {
    FileSet now = PolicyFiles.read(paths, files);
    if (result != null && now.equals(files)) {
      return Optional.empty();
    }
    FileSet standing = now.keepingReadable(files);
    PolicySet set = standing.policySet(new KnownServices.Listed(ports(standing)), true);
    CompileResult compiled =
        result == null
            ? PolicyCompiler.compile(set)
            : PolicyCompiler.compile(set.fallingBackOn(result), result.cache());
    files = standing;
    result = compiled;
    List<Diagnostic> diagnostics = new ArrayList<>(standing.diagnostics());
    diagnostics.addAll(compiled.diagnostics());
    Collections.sort(diagnostics);
    return Optional.of(new Reading(compiled, diagnostics));
  }

  private Map<ServiceName, Set<String>> ports(FileSet standing) {
    Map<ServiceName, Set<String>> ports = new HashMap<>();
    standing.services().forEach((name, names) -> ports.put(name, new HashSet<>(names)));
    for (GuardedService service : services) {
      Set<String> names = ports.computeIfAbsent(service.name(), _ -> new HashSet<>());
      if (service.section() != null) {
        names.add(service.section());
      }
    }
    return ports;
  }
}
