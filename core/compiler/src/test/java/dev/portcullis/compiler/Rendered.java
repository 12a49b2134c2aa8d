// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.portcullis.codec.PlanCodec;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What goldens show of a result. Secrets show as their hashes only. */
final class Rendered {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  private Rendered() {}

  static String plan(CompileResult result, Set<Endpoint> endpoints) throws IOException {
    Map<String, Object> out = new TreeMap<>();
    Map<String, Object> routing = new TreeMap<>();
    for (Endpoint endpoint : endpoints) {
      routing.put(
          EndpointFile.text(endpoint),
          result.routeOf(endpoint).map(RouteId::value).orElse("unprotected"));
    }
    if (!routing.isEmpty()) {
      out.put("endpoints", routing);
    }
    List<Object> routes = new ArrayList<>();
    for (RoutePlan route : result.routes().values()) {
      routes.add(Yaml.plain(JSON.readTree(PlanCodec.encode(route))));
    }
    out.put("routes", routes);
    List<Object> keys = new ArrayList<>();
    for (ApiKeyRecord key : result.apiKeys().values()) {
      keys.add(Yaml.plain(JSON.readTree(PlanCodec.encode(key))));
    }
    if (!keys.isEmpty()) {
      out.put("apiKeys", keys);
    }
    if (!result.secrets().isEmpty()) {
      out.put("secrets", List.copyOf(result.secrets().keySet()));
    }
    List<String> lists =
        result.lists().values().stream()
            .map(list -> list.hash() + ": " + list.ranges().size() + " ranges")
            .toList();
    if (!lists.isEmpty()) {
      out.put("lists", lists);
    }
    return Yaml.write(out);
  }

  static String status(CompileResult result) {
    Map<String, Object> out = new TreeMap<>();
    result.outcomes().forEach((ref, outcome) -> out.put(ref.toString(), outcome(outcome)));
    return Yaml.write(out);
  }

  private static Map<String, Object> outcome(PolicyOutcome outcome) {
    Map<String, Object> out = new TreeMap<>();
    out.put("accepted", outcome.accepted());
    out.put("resolvedRefs", outcome.resolvedRefs());
    out.put("serving", outcome.serving().name());
    put(out, "routes", outcome.routes().stream().map(Object::toString).toList());
    put(
        out,
        "targets",
        outcome.targets().size() == 1
            ? List.of()
            : outcome.targets().entrySet().stream()
                .map(target -> target.getKey() + ": " + target.getValue())
                .toList());
    put(out, "errors", codes(outcome.errors()));
    put(out, "references", codes(outcome.references()));
    put(out, "warnings", codes(outcome.warnings()));
    put(
        out,
        "conflicts",
        outcome.conflicts().stream()
            .map(conflict -> conflict.route() + " is spoken for by " + conflict.winner())
            .toList());
    put(
        out,
        "overridden",
        outcome.overridden().stream()
            .map(other -> other.route() + " " + other.sections() + " by " + other.by())
            .toList());
    return out;
  }

  private static List<String> codes(List<Diagnostic> diagnostics) {
    return diagnostics.stream().map(diagnostic -> diagnostic.code().id()).toList();
  }

  private static void put(Map<String, Object> out, String name, List<String> values) {
    if (!values.isEmpty()) {
      out.put(name, values);
    }
  }
}
