// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import dev.portcullis.cli.CommandException;
import dev.portcullis.compiler.KnownServices;
import dev.portcullis.compiler.PolicyCompiler;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.FileReader;
import dev.portcullis.compiler.source.FileSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Holds an ApiKey against the rules of the cluster before anybody hands out its key. */
final class NewKeyCheck {
  private NewKeyCheck() {}

  /**
   * Compiles the resource.
   *
   * @throws CommandException with the first thing that the cluster would refuse
   */
  static void check(String yaml) {
    String name = "the new ApiKey";
    FileSet files =
        new FileSet(
            new TreeMap<>(
                Map.of(name, FileReader.read(name, yaml.getBytes(StandardCharsets.UTF_8)))),
            List.of());
    List<Diagnostic> compiled =
        PolicyCompiler.compile(files.policySet(new KnownServices.Unknown(), false)).diagnostics();
    Stream.concat(files.diagnostics().stream(), compiled.stream())
        .filter(Diagnostic::isError)
        .findFirst()
        .ifPresent(error -> {
          throw CommandException.user(
              "the cluster would refuse this key: " + error.message() + "; fix: " + error.fix());
        });
  }
}
