// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.diagnostic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.policy.plan.PolicyRef;
import java.util.List;

/** Diagnostics as people and as machines read them. */
public final class DiagnosticText {

  private DiagnosticText() {}

  /**
   * For people: two lines each, {@code file:line:column: error[CODE]: message} and an indented
   * {@code fix:}; ends with a line break unless there are none.
   */
  public static String plain(List<Diagnostic> diagnostics) {
    StringBuilder out = new StringBuilder();
    for (Diagnostic diagnostic : diagnostics) {
      out.append(diagnostic).append('\n');
      out.append("  fix: ").append(diagnostic.fix()).append('\n');
    }
    return out.toString();
  }

  /** For people and their tools, in one line: what {@link #plain} says in two. */
  public static String line(Diagnostic diagnostic) {
    return (diagnostic + "; fix: " + diagnostic.fix()).replace('\n', ' ');
  }

  /**
   * For machines: a list of objects with {@code code}, {@code name}, {@code severity}, {@code
   * file}, {@code line}, {@code column} or {@code path}, {@code policy}, {@code message} and {@code
   * fix}. What is not known is left out.
   */
  public static ArrayNode json(List<Diagnostic> diagnostics) {
    ArrayNode out = JsonNodeFactory.instance.arrayNode();
    diagnostics.forEach(diagnostic -> out.add(json(diagnostic)));
    return out;
  }

  private static ObjectNode json(Diagnostic diagnostic) {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    out.put("code", diagnostic.code().id());
    out.put("name", diagnostic.code().name());
    out.put("severity", diagnostic.severity().toString());
    switch (diagnostic.position()) {
      case Position.WholeFile(String file) -> out.put("file", file);
      case Position.InFile(String file, int line, int column) ->
          out.put("file", file).put("line", line).put("column", column);
      case Position.InResource(String _, FieldPath path) -> out.put("path", path.toString());
    }
    PolicyRef policy = diagnostic.policy();
    if (policy != null) {
      out.putObject("policy")
          .put("kind", policy.kind())
          .put("namespace", policy.namespace())
          .put("name", policy.name());
    }
    return out.put("message", diagnostic.message()).put("fix", diagnostic.fix());
  }
}
