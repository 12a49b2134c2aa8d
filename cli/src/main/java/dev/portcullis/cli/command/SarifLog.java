// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.command;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.Position;
import dev.portcullis.policy.plan.PolicyRef;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Diagnostics as a SARIF 2.1.0 log, for code scanning. A rule is a diagnostic's code; only rules
 * that have a result are described. Files that were named relative to the working directory are
 * relative in the log, as code scanning wants them.
 */
final class SarifLog {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  private SarifLog() {}

  /**
   * The whole log.
   *
   * @param version of this program
   */
  static ObjectNode of(List<Diagnostic> diagnostics, String version) {
    List<DiagnosticCode> codes = codes(diagnostics);
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("$schema", SCHEMA).put("version", "2.1.0");
    ObjectNode run = log.putArray("runs").addObject();
    ObjectNode driver = run.putObject("tool").putObject("driver");
    driver.put("name", "portcullis").put("version", version);
    ArrayNode rules = driver.putArray("rules");
    codes.forEach(code -> rule(rules.addObject(), code));
    // Columns count characters, not the halves of those beyond the first plane.
    run.put("columnKind", "unicodeCodePoints");
    ArrayNode results = run.putArray("results");
    diagnostics.forEach(found -> result(results.addObject(), found, codes));
    return log;
  }

  private static List<DiagnosticCode> codes(List<Diagnostic> diagnostics) {
    SortedSet<DiagnosticCode> codes = new TreeSet<>();
    diagnostics.forEach(diagnostic -> codes.add(diagnostic.code()));
    return List.copyOf(codes);
  }

  private static void rule(ObjectNode rule, DiagnosticCode code) {
    rule.put("id", code.id()).put("name", code.name());
    rule.putObject("shortDescription").put("text", code.meaning());
    rule.putObject("help").put("text", code.fix());
    rule.putObject("defaultConfiguration").put("level", code.severity().toString());
  }

  private static void result(ObjectNode result, Diagnostic found, List<DiagnosticCode> codes) {
    result.put("ruleId", found.code().id()).put("ruleIndex", codes.indexOf(found.code()));
    // Our words for severities are SARIF's for levels.
    result.put("level", found.severity().toString());
    result.putObject("message").put("text", found.message() + "; fix: " + found.fix());
    ObjectNode location = result.putArray("locations").addObject();
    switch (found.position()) {
      case Position.WholeFile(String file) -> file(location, file);
      case Position.InFile(String file, int line, int column) ->
          file(location, file)
              .putObject("region")
              .put("startLine", line)
              .put("startColumn", column);
      case Position.InResource _ -> {
        // The name below says where.
      }
    }
    PolicyRef policy = found.policy();
    if (policy != null) {
      location
          .putArray("logicalLocations")
          .addObject()
          .put("fullyQualifiedName", policy.toString())
          .put("kind", "resource");
    }
  }

  private static ObjectNode file(ObjectNode location, String file) {
    ObjectNode physical = location.putObject("physicalLocation");
    physical.putObject("artifactLocation").put("uri", uri(Path.of(file)));
    return physical;
  }

  /** A relative reference for a relative path; names may need escapes. */
  private static String uri(Path file) {
    if (file.isAbsolute()) {
      return file.toUri().toString();
    }
    Path here = Path.of("").toAbsolutePath();
    return here.toUri().relativize(here.resolve(file).normalize().toUri()).toString();
  }
}
