// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import io.envoyproxy.envoy.config.core.v3.HealthCheck;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.List;

/**
 * The decision service.
 *
 * <p>Its replicas are asked for their health every second, so that one that is gone is left out
 * within three. While none is healthy all are tried: no request passes by that, and a service that
 * is too busy to answer health checks in time still decides what it can.
 */
public final class ExtAuthzCluster {
  /** The name of the cluster. */
  public static final String NAME = "portcullis-ext-authz";

  private static final int CONNECT_MILLIS = 200;
  private static final int MAX_CONNECTIONS = 1_024;

  /** Checks in flight; as many retries, because each is one that nobody has answered. */
  private static final int MAX_CHECKS = 8_192;

  /** Longer than health checks take to notice that a replica is gone. */
  private static final int EJECTION_SECONDS = 10;

  private static final int MAX_EJECTED_PERCENT = 50;

  private ExtAuthzCluster() {}

  /** The cluster, with its addresses inside of it, spoken to without TLS. */
  public static Cluster of(List<HostPort> endpoints) {
    return builder(endpoints).build();
  }

  /**
   * The cluster, spoken to by mutual TLS; its health is asked for the same way.
   *
   * @param identity whom the decision service must prove to be
   */
  public static Cluster of(List<HostPort> endpoints, SpiffeId identity) {
    return builder(endpoints)
        .setTransportSocket(
            MutualTls.upstream(List.of(PeerMatch.workload(identity)), List.of("h2")))
        .build();
  }

  private static Cluster.Builder builder(List<HostPort> endpoints) {
    return Cluster.newBuilder()
        .setName(NAME)
        .setType(Addresses.discovery(endpoints))
        .setLoadAssignment(Addresses.endpoints(NAME, endpoints))
        .setConnectTimeout(Scalars.millis(CONNECT_MILLIS))
        .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
        .setPerConnectionBufferLimitBytes(Scalars.count(Protocols.BUFFER_BYTES))
        .setCircuitBreakers(Protocols.bounds(MAX_CONNECTIONS, MAX_CHECKS, MAX_CHECKS, MAX_CHECKS))
        .addHealthChecks(healthCheck())
        .setOutlierDetection(outliers())
        .setCommonLbConfig(
            Cluster.CommonLbConfig.newBuilder()
                // Below this share of healthy replicas all are tried; so only when none is.
                .setHealthyPanicThreshold(Percent.newBuilder().setValue(1)))
        .putTypedExtensionProtocolOptions(Protocols.KEY, Protocols.http2(List.of()));
  }

  /**
   * A replica that refuses connections answers nothing, so it is the least busy one, and of the
   * replicas the least busy is asked: it would get each check and its retries until health checks
   * notice. So the first connection that fails takes it out, and a health check that succeeds
   * brings it back. Never more than half of them: a network that fails for all is no reason.
   */
  private static OutlierDetection outliers() {
    return OutlierDetection.newBuilder()
        .setSplitExternalLocalOriginErrors(true)
        .setConsecutiveLocalOriginFailure(Scalars.count(1))
        .setEnforcingConsecutiveLocalOriginFailure(Scalars.count(100))
        .setEnforcingLocalOriginSuccessRate(Scalars.count(0))
        .setEnforcingConsecutive5Xx(Scalars.count(0))
        .setEnforcingConsecutiveGatewayFailure(Scalars.count(0))
        .setEnforcingSuccessRate(Scalars.count(0))
        .setInterval(Scalars.seconds(1))
        .setBaseEjectionTime(Scalars.seconds(EJECTION_SECONDS))
        .setMaxEjectionTime(Scalars.seconds(EJECTION_SECONDS))
        .setSuccessfulActiveHealthCheckUnejectHost(Scalars.bool(true))
        .setMaxEjectionPercent(Scalars.count(MAX_EJECTED_PERCENT))
        .build();
  }

  private static HealthCheck healthCheck() {
    return HealthCheck.newBuilder()
        .setTimeout(Scalars.seconds(1))
        .setInterval(Scalars.seconds(1))
        // Envoy's own pace without traffic is a minute, too late for the first request.
        .setNoTrafficInterval(Scalars.seconds(1))
        .setNoTrafficHealthyInterval(Scalars.seconds(1))
        .setUnhealthyThreshold(Scalars.count(2))
        .setHealthyThreshold(Scalars.count(1))
        .setGrpcHealthCheck(HealthCheck.GrpcHealthCheck.getDefaultInstance())
        .build();
  }
}
