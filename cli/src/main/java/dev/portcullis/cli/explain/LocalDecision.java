// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.portcullis.cli.CommandException;
import dev.portcullis.cli.through.EngineTarget;
import dev.portcullis.cli.through.PlannedLists;
import dev.portcullis.cli.through.SuiteGeo;
import dev.portcullis.cli.through.SuitePolicies;
import dev.portcullis.cli.through.SuiteRevocations;
import dev.portcullis.compiler.CompileResult;
import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.LocalEngine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.record.ExplainedDecision;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.suite.Case;
import dev.portcullis.suite.Fixtures;
import dev.portcullis.suite.Suite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides one request here, by policies from files.
 *
 * @param diagnostics of the policies, sorted; an error means that nothing was decided
 * @param explanation the decision with its steps, and under {@code effective} where each section of
 *     its route comes from; null exactly when there is an error
 */
public record LocalDecision(List<Diagnostic> diagnostics, JsonNode explanation) {
  private static final JsonMapper JSON = new JsonMapper();

  public LocalDecision {
    diagnostics = List.copyOf(diagnostics);
  }

  /** Whether nothing was decided, because a policy has an error. */
  public boolean hasError() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }

  /**
   * Compiles and decides.
   *
   * @param suite of one case
   * @param keySets more JWKS documents, by the URI at which policies look for them
   * @throws CommandException when the engine does not take a route
   */
  public static LocalDecision of(Suite suite, Map<String, byte[]> keySets) {
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    SuitePolicies policies = SuitePolicies.compile(suite, fixtures);
    if (policies.hasError()) {
      return new LocalDecision(policies.diagnostics(), JSON.nullNode());
    }
    CompileResult plan = policies.result();
    Map<String, byte[]> keys = new HashMap<>(fixtures.keySets());
    keys.putAll(keySets);
    Engine engine =
        LocalEngine.traced(
            (namespace, id) -> plan.apiKeys().get(namespace + "/" + id),
            hash -> plan.secrets().get(hash),
            keys,
            question -> EngineTarget.introspect(fixtures.tokenServers(), question),
            new SuiteGeo(suite.geo()),
            new PlannedLists(plan.lists(), fixtures.addressLists()),
            SuiteRevocations.of(fixtures, Clock.systemUTC().instant()));
    engine
        .replace(plan.routes().values())
        .forEach((route, why) -> {
          throw CommandException.user(
              route + " does not load: " + why + "; --jwks URI=FILE gives keys that are elsewhere");
        });
    Case asked = suite.cases().getFirst();
    RequestContext request =
        EngineTarget.context(
            fixtures.fill(asked.request()), "explain", Clock.systemUTC().instant());
    return new LocalDecision(
        policies.diagnostics(), explain(engine, asked.service(), request, plan));
  }

  private static JsonNode explain(
      Engine engine, String service, RequestContext request, CompileResult plan) {
    long start = System.nanoTime();
    Decision decision = engine.decide(service, request);
    long nanos = System.nanoTime() - start;
    RouteId route = new RouteId(service);
    try {
      ObjectNode node =
          (ObjectNode)
              JSON.readTree(
                  ExplainedDecision.json(request, decision, plan.routes().get(route), nanos));
      node.set("effective", EffectiveRoute.of(route, plan).json());
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException("what we wrote cannot be read", e);
    }
  }
}
