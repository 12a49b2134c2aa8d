// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.compiler.diagnostic.Diagnostic;
import dev.portcullis.compiler.source.LastAccepted;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What came of a compilation. All maps are unmodifiable.
 *
 * @param routes every route that a policy claims
 * @param routing which of them stands for what
 * @param apiKeys issued keys that may be used, by {@code namespace/id}
 * @param secrets the material that the routes refer to, by its hash
 * @param lists of addresses that the routes refer to, by their hashes
 * @param diagnostics sorted by position
 * @param outcomes what became of each policy and of each ApiKey
 * @param served the spec that speaks for each policy now; absent where its routes are closed
 * @param cache makes the next compilation cheap; unchanged routes are the same objects then
 */
public record CompileResult(
    SortedMap<RouteId, RoutePlan> routes,
    Routing routing,
    SortedMap<String, ApiKeyRecord> apiKeys,
    SortedMap<String, SecretMaterial> secrets,
    SortedMap<String, AddressList> lists,
    List<Diagnostic> diagnostics,
    SortedMap<PolicyRef, PolicyOutcome> outcomes,
    SortedMap<PolicyRef, LastAccepted> served,
    CompileCache cache) {

  public CompileResult {
    diagnostics = List.copyOf(diagnostics);
  }

  /**
   * The route that stands for an endpoint. Empty when no policy reaches it at all. A route that is
   * not among {@link #routes} stays closed.
   */
  public Optional<RouteId> routeOf(Endpoint endpoint) {
    return routing.routeOf(endpoint);
  }

  /** Whether something has an error. */
  public boolean hasError() {
    return diagnostics.stream().anyMatch(Diagnostic::isError);
  }
}
