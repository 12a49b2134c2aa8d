// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;

/**
 * The order of the HTTP filters, and why it is this one.
 *
 * <table>
 * <caption>From the client to the service</caption>
 * <tr><th>filter<th>does<th>stands here because
 * <tr><td>{@link CorsFilter}<td>answers preflights of pages that a policy names, and lets them read
 *     answers<td>before the decision: a preflight carries no credentials; what the decision refuses
 *     still passes it on its way back
 * <tr><td>{@link FloodGuardFilter} in shadow mode, enforced<td>refuses what floods<td>before
 *     everything that spends work on a request
 * <tr><td>{@link RequestHeaderFilter}<td>removes the headers that only Portcullis may set, tells
 *     the peer<td>before the decision, which reads the peer and sets the headers; after it, it would
 *     remove ours
 * <tr><td>{@link ExtAuthzFilter} closed, open, each also patient<td>asks the decision service; one
 *     of the four acts
 *     <td>before everything that spends work on a request nobody has allowed yet
 * <tr><td>{@link DelayFilter}<td>holds requests that the decision lets pass later
 *     <td>after the decision, which says for how long; before everything that spends work on a
 *     request whose turn has not come
 * <tr><td>{@link BodyLimitFilter}<td>ends bodies that grow over the route's bound
 *     <td>after the decision: strangers are told 401 and not how large a body may be
 * <tr><td>{@link RouterFilter}<td>forwards<td>must be last
 * </table>
 */
public final class FilterOrder {
  /** The steps in their order. */
  public static final List<FilterStep> STEPS = steps(false);

  private FilterOrder() {}

  private static List<FilterStep> steps(boolean certificates) {
    return List.of(
        new CorsFilter(),
        new FloodGuardFilter(),
        new RequestHeaderFilter(),
        new ExtAuthzFilter(certificates),
        new DelayFilter(),
        new BodyLimitFilter(),
        new RouterFilter());
  }

  /**
   * The filters of a listener in their order.
   *
   * @param certificates whether the decision service is told clients' certificates
   */
  public static List<HttpFilter> filters(boolean certificates) {
    return steps(certificates).stream().flatMap(step -> step.filters().stream()).toList();
  }
}
