// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import com.google.protobuf.Any;
import dev.portcullis.envoy.Upstream;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import java.util.List;

/**
 * How Envoy speaks to a cluster. The protocol is said and never the client's: an HTTP/2 client of
 * an HTTP/1.1 service must not make Envoy speak HTTP/2 to it.
 */
public final class Protocols {
  /** The key of a cluster's protocol options. */
  public static final String KEY = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

  /** What is held back per connection before the sender has to wait. */
  public static final int BUFFER_BYTES = 32_768;

  private static final int STREAM_WINDOW_BYTES = 65_536;
  private static final int CONNECTION_WINDOW_BYTES = 1_048_576;

  private Protocols() {}

  /** What an upstream speaks. */
  public static Any of(Upstream.Protocol protocol) {
    return switch (protocol) {
      case HTTP1 -> http1();
      case HTTP2 -> http2(List.of());
    };
  }

  /** HTTP/1.1. */
  public static Any http1() {
    return Extensions.any(
        HttpProtocolOptions.newBuilder()
            .setExplicitHttpConfig(
                ExplicitHttpConfig.newBuilder()
                    .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()))
            .build());
  }

  /**
   * HTTP/2 with keep-alive, so that a peer that is gone without a word is noticed.
   *
   * @param filters run on every request to the cluster; empty: none
   */
  public static Any http2(List<HttpFilter> filters) {
    return Extensions.any(
        HttpProtocolOptions.newBuilder()
            .setExplicitHttpConfig(
                ExplicitHttpConfig.newBuilder()
                    .setHttp2ProtocolOptions(
                        Http2ProtocolOptions.newBuilder()
                            .setInitialStreamWindowSize(Scalars.count(STREAM_WINDOW_BYTES))
                            .setInitialConnectionWindowSize(Scalars.count(CONNECTION_WINDOW_BYTES))
                            .setConnectionKeepalive(
                                KeepaliveSettings.newBuilder()
                                    .setInterval(Scalars.seconds(30))
                                    .setTimeout(Scalars.seconds(5)))))
            .addAllHttpFilters(filters)
            .build());
  }

  static CircuitBreakers bounds(int connections, int pending, int requests, int retries) {
    return CircuitBreakers.newBuilder()
        .addThresholds(
            CircuitBreakers.Thresholds.newBuilder()
                .setMaxConnections(Scalars.count(connections))
                .setMaxPendingRequests(Scalars.count(pending))
                .setMaxRequests(Scalars.count(requests))
                .setMaxRetries(Scalars.count(retries)))
        .build();
  }
}
