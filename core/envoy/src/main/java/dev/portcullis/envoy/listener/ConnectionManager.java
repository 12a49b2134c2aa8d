// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.filter.FilterOrder;
import dev.portcullis.envoy.filter.RouterFilter;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;

/**
 * How Envoy reads requests before anything decides about them. {@code docs/architecture/envoy.md}
 * says why each pin is there.
 */
final class ConnectionManager {
  private static final String SERVER = "portcullis";
  private static final int MAX_HEADER_KIB = 60;
  private static final int MAX_HEADERS = 100;
  private static final int MAX_STREAMS = 100;
  private static final int STREAM_WINDOW_BYTES = 65_536;
  private static final int CONNECTION_WINDOW_BYTES = 1_048_576;
  private static final int HEADERS_SECONDS = 10;
  private static final int IDLE_SECONDS = 300;
  private static final int CERTIFIED_SECONDS = 600;

  private ConnectionManager() {}

  /** Asks about every request. */
  static HttpConnectionManager of(String name, ConfigSource routes) {
    return guarding(name, routes, ReservedHeaders.stripped(), false).build();
  }

  /** Asks about every request, and tells what the client's first TLS message looked like. */
  static HttpConnectionManager fingerprinting(String name, ConfigSource routes) {
    return guarding(name, routes, ReservedHeaders.strippedAndFingerprinted(), false).build();
  }

  /**
   * The same, and tells clients' certificates. A certificate is looked at when its connection
   * begins, so connections do not grow old: a client that was revoked meanwhile is asked again.
   */
  static HttpConnectionManager certifying(String name, ConfigSource routes) {
    HttpConnectionManager.Builder manager =
        guarding(name, routes, ReservedHeaders.strippedAndFingerprinted(), true);
    manager
        .getCommonHttpProtocolOptionsBuilder()
        .setMaxConnectionDuration(Scalars.seconds(CERTIFIED_SECONDS));
    return manager.build();
  }

  private static HttpConnectionManager.Builder guarding(
      String name, ConfigSource routes, TypedExtensionConfig early, boolean certificates) {
    return manager(name, early)
        .addAccessLog(EndingLog.log())
        .setAccessLogOptions(EndingLog.options())
        .setRds(Rds.newBuilder().setRouteConfigName(name).setConfigSource(routes))
        .addAllHttpFilters(FilterOrder.filters(certificates));
  }

  /** Reads requests as strictly, and asks nobody. Routes are the caller's to say. */
  static HttpConnectionManager.Builder bare(String name) {
    return manager(name, ReservedHeaders.stripped())
        .addAllHttpFilters(new RouterFilter().filters());
  }

  private static HttpConnectionManager.Builder manager(String name, TypedExtensionConfig early) {
    HttpConnectionManager.Builder manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix(name)
            .setServerName(SERVER)
            .setLocalReplyConfig(LocalReplies.config())
            .addEarlyHeaderMutationExtensions(early);
    addresses(manager);
    paths(manager);
    bounds(manager);
    manager.addUpgradeConfigsBuilder().setUpgradeType("websocket");
    return manager;
  }

  /**
   * The peer is the client as far as Envoy goes: it tells the peer to the decision service, which
   * alone knows what proxies a route trusts. {@link
   * dev.portcullis.envoy.filter.RequestHeaderFilter} appends it to X-Forwarded-For.
   *
   * <p>Nobody is <i>internal</i>, for the internal may send x-envoy-* headers and choose request
   * ids. Envoy takes an empty list for its default, the private ranges and loopback; so the list
   * names an address that cannot be a peer.
   */
  private static void addresses(HttpConnectionManager.Builder manager) {
    manager
        .setUseRemoteAddress(Scalars.bool(true))
        .setXffNumTrustedHops(0)
        .setSkipXffAppend(true)
        .setInternalAddressConfig(
            InternalAddressConfig.newBuilder()
                .addCidrRanges(
                    CidrRange.newBuilder()
                        .setAddressPrefix("255.255.255.255")
                        .setPrefixLen(Scalars.count(32))))
        .setForwardClientCertDetails(ForwardClientCertDetails.SANITIZE_SET)
        .setGenerateRequestId(Scalars.bool(true))
        .setAlwaysSetRequestIdInResponse(true);
  }

  private static void paths(HttpConnectionManager.Builder manager) {
    manager
        .setNormalizePath(Scalars.bool(true))
        .setMergeSlashes(true)
        .setPathWithEscapedSlashesAction(PathWithEscapedSlashesAction.REJECT_REQUEST)
        .setStripAnyHostPort(true)
        .setStripTrailingHostDot(true);
  }

  /**
   * There is no bound on the time that a whole request takes: uploads and streams may be long. One
   * that stands still is ended.
   */
  private static void bounds(HttpConnectionManager.Builder manager) {
    manager
        .setMaxRequestHeadersKb(Scalars.count(MAX_HEADER_KIB))
        .setRequestHeadersTimeout(Scalars.seconds(HEADERS_SECONDS))
        .setStreamIdleTimeout(Scalars.seconds(IDLE_SECONDS))
        .setRequestTimeout(Scalars.seconds(0))
        .setCommonHttpProtocolOptions(
            HttpProtocolOptions.newBuilder()
                .setIdleTimeout(Scalars.seconds(IDLE_SECONDS))
                .setMaxHeadersCount(Scalars.count(MAX_HEADERS))
                .setHeadersWithUnderscoresAction(HeadersWithUnderscoresAction.REJECT_REQUEST))
        .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance())
        .setHttp2ProtocolOptions(
            Http2ProtocolOptions.newBuilder()
                .setMaxConcurrentStreams(Scalars.count(MAX_STREAMS))
                .setInitialStreamWindowSize(Scalars.count(STREAM_WINDOW_BYTES))
                .setInitialConnectionWindowSize(Scalars.count(CONNECTION_WINDOW_BYTES))
                .setOverrideStreamErrorOnInvalidHttpMessage(Scalars.bool(true)));
  }
}
