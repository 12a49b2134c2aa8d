// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.listener;

import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.policy.decision.CheckNames;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.accesslog.v3.OrFilter;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;

/**
 * Tells the decision service when requests end that it charged until then, or wants to know the
 * fate of; and, while they go on, every few seconds that they do. About other requests nothing is
 * told.
 *
 * <p>Each is told at once: with a buffer of no bytes Envoy sends an entry when it is written
 * (source/extensions/access_loggers/common/grpc_access_logger.h). It drops none for its size
 * either: while a decision service reads nothing, entries wait in Envoy's memory, until the
 * connection is given up.
 */
final class EndingLog {
  private static final String NAMESPACE = "envoy.filters.http.ext_authz";
  private static final String RESERVATIONS = "reservations";
  private static final String LOAD = "load";
  private static final String GRPC_STATUS = "grpc-status";

  /** A third of the lease of what was charged. */
  private static final int STILL_SECONDS = 5;

  private EndingLog() {}

  static AccessLog log() {
    HttpGrpcAccessLogConfig config =
        HttpGrpcAccessLogConfig.newBuilder()
            .setCommonConfig(
                CommonGrpcAccessLogConfig.newBuilder()
                    .setLogName("portcullis.endings")
                    .setTransportApiVersion(ApiVersion.V3)
                    .setBufferSizeBytes(Scalars.count(0))
                    .setGrpcService(
                        GrpcService.newBuilder()
                            .setEnvoyGrpc(
                                GrpcService.EnvoyGrpc.newBuilder()
                                    .setClusterName(ExtAuthzCluster.NAME)
                                    .setSkipEnvoyHeaders(true))))
            .addAdditionalResponseHeadersToLog(GRPC_STATUS)
            .addAdditionalResponseHeadersToLog("content-type")
            .addAdditionalResponseHeadersToLog(CheckNames.ACTED_HEADER)
            .addAdditionalResponseTrailersToLog(GRPC_STATUS)
            .build();
    return AccessLog.newBuilder()
        .setName("portcullis.endings")
        .setFilter(
            AccessLogFilter.newBuilder()
                .setOrFilter(
                    OrFilter.newBuilder().addFilters(has(RESERVATIONS)).addFilters(has(LOAD))))
        .setTypedConfig(Extensions.any(config))
        .build();
  }

  /** Whether the decision says that. */
  private static AccessLogFilter has(String field) {
    return AccessLogFilter.newBuilder()
        .setMetadataFilter(
            MetadataFilter.newBuilder()
                .setMatcher(
                    MetadataMatcher.newBuilder()
                        .setFilter(NAMESPACE)
                        .addPath(MetadataMatcher.PathSegment.newBuilder().setKey(field))
                        .setValue(ValueMatcher.newBuilder().setPresentMatch(true)))
                .setMatchIfKeyNotFound(Scalars.bool(false)))
        .build();
  }

  static HcmAccessLogOptions options() {
    return HcmAccessLogOptions.newBuilder()
        .setAccessLogFlushInterval(Scalars.seconds(STILL_SECONDS))
        .build();
  }
}
