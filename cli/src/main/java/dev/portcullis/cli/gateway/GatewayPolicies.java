// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.KnownTrust;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.PolicySet;
import dev.portcullis.compiler.ServiceName;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.Position;
import dev.portcullis.compiler.source.FileContent;
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
  private final KnownTrust trust;
  private FileSet seen = FileSet.empty();
  private FileSet taken = FileSet.empty();
  private FileSet standing = FileSet.empty();
  private @Nullable CompileResult result;

  /**
   * Nothing is read yet.
   *
   * @param trust whose identities the gateway's clients can prove
   */
  public GatewayPolicies(List<Path> paths, List<GuardedService> services, KnownTrust trust) {
    this.trust = trust;
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

  /**
   * Reads the files again; empty when nothing changed since the last reading that said something.
   * After the first reading a change counts when it was seen twice: an editor that empties a file
   * and then fills it must not be taken at its word half-way.
   */
  public Optional<Reading> read() {
    FileSet before = seen;
    seen = PolicyFiles.read(paths, before);
    if (result != null && (seen.equals(taken) || !seen.equals(before))) {
      return Optional.empty();
    }
    return Optional.of(take(seen));
  }

  /** Whether a change was seen once, so that it is worth to look again soon. */
  public boolean unsettled() {
    return !seen.equals(taken);
  }

  private Reading take(FileSet now) {
    taken = now;
    standing = now.keepingReadable(standing);
    PolicySet set = standing.policySet(new KnownServices.Listed(ports()), true).trusting(trust);
    CompileResult compiled =
        result == null
            ? PolicyCompiler.compile(set)
            : PolicyCompiler.compile(set.fallingBackOn(result), result.cache());
    result = compiled;
    List<Diagnostic> diagnostics = new ArrayList<>(standing.diagnostics());
    compiled.diagnostics().stream().filter(this::standsInItsFile).forEach(diagnostics::add);
    Collections.sort(diagnostics);
    return new Reading(compiled, diagnostics);
  }

  /** Of a file that is not YAML only that is told: where its earlier content stood is past. */
  private boolean standsInItsFile(Diagnostic diagnostic) {
    FileContent content =
        switch (diagnostic.position()) {
          case Position.WholeFile(String file) -> standing.files().get(file);
          case Position.InFile(String file, int _, int _) -> standing.files().get(file);
          case Position.InResource _ -> null;
        };
    return content == null || content.readable();
  }

  private Map<ServiceName, Set<String>> ports() {
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
