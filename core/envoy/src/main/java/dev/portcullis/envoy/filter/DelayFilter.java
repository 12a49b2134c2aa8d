// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.route.RouteGuard;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.List;
import java.util.Map;

/**
 * Holds a request for as long as the decision service says in {@link
 * dev.portcullis.policy.decision.CheckNames#DELAY_HEADER}: by Envoy's <i>fault</i> filter, which
 * waits by a timer and reads no more of the body than a connection may buffer. No thread waits,
 * here or there.
 *
 * <p>It is off but on routes whose limits may delay. No bound on how many are held is said: beyond
 * one Envoy would pass requests on without their wait. Each counter bounds its own, by what its
 * rate admits in the longest delay; and Envoy bounds connections and streams, held or not.
 */
public record DelayFilter() implements FilterStep {
  static final String NAME = "portcullis.delay";

  private static final Any OBEYS =
      Extensions.any(
          fault()
              .setDelay(
                  FaultDelay.newBuilder()
                      .setHeaderDelay(HeaderDelay.getDefaultInstance())
                      .setPercentage(FractionalPercent.newBuilder().setNumerator(100)))
              .build());

  @Override
  public List<HttpFilter> filters() {
    return List.of(
        HttpFilter.newBuilder()
            .setName(NAME)
            .setDisabled(true)
            .setTypedConfig(Extensions.any(fault().build()))
            .build());
  }

  @Override
  public Map<String, Any> onRoute(RouteGuard guard) {
    return guard.delays() ? Map.of(NAME, OBEYS) : Map.of();
  }

  private static HTTPFault.Builder fault() {
    // Else it would count by a name that clients send.
    return HTTPFault.newBuilder().setDisableDownstreamClusterStats(true);
  }
}
