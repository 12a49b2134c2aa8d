// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.proto.Extensions;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay;
import io.envoyproxy.envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import java.util.List;

/**
 * Makes a hook that asks for the farewell wait until it has been said. The first filter tells Envoy
 * to say it; the second holds the request up for as long as that takes.
 */
final class LingeringFarewell {
  private static final String DELAY = "x-envoy-fault-delay-request";

  private LingeringFarewell() {}

  static List<HttpFilter> filters(String admin, String path, String farewell, int seconds) {
    // It takes queries away, too, which Envoy would hang on to what the route asks for.
    String script =
        """
        function envoy_on_request(request)
          local headers = request:headers()
          headers:remove("%1$s")
          local path = headers:get(":path")
          local query = string.find(path, "?", 1, true)
          if query then
            path = string.sub(path, 1, query - 1)
            headers:replace(":path", path)
          end
          if path == "%2$s" then
            local ask = {[":method"] = "POST", [":path"] = "%4$s", [":authority"] = "%3$s"}
            request:httpCall("%3$s", ask, "", 2000)
            request:headers():replace("%1$s", "%5$d")
          end
        end
        """
            .formatted(DELAY, path, admin, farewell, seconds * 1_000);
    HTTPFault wait =
        HTTPFault.newBuilder()
            .setDelay(
                FaultDelay.newBuilder()
                    .setHeaderDelay(HeaderDelay.getDefaultInstance())
                    .setPercentage(FractionalPercent.newBuilder().setNumerator(100)))
            .build();
    return List.of(
        HealthListener.prepare(script),
        HttpFilter.newBuilder()
            .setName("envoy.filters.http.fault")
            .setTypedConfig(Extensions.any(wait))
            .build());
  }
}
