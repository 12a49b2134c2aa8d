// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.filter;

import com.google.protobuf.Any;
import dev.portcullis.envoy.cluster.ExtAuthzCluster;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import dev.portcullis.envoy.route.RouteGuard;
import dev.portcullis.policy.decision.CheckNames;
import dev.portcullis.policy.plan.FailureMode;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.List;
import java.util.Map;

/**
 * Asks the decision service about every request.
 *
 * <p>Neither whether a request passes when no answer comes nor how long to wait for one can be said
 * per route (a per-route service would carry a time-out, and Envoy before 1.39 may use it after it
 * is freed), so there are four filters: <i>closed</i> acts unless a route says otherwise;
 * <i>open</i> and the <i>patient</i> form of each act only where a route turns them on. A route
 * that does so turns <i>closed</i> off; one that leads to no guarded service does that alone. What
 * matches no route at all is not asked about and gets 404.
 *
 * @param certificates whether the decision service is told the certificate of the client. It comes
 *     in a field of its own, which no client can write
 */
public record ExtAuthzFilter(boolean certificates) implements FilterStep {
  static final String CLOSED = "portcullis.ext-authz.closed";
  static final String OPEN = "portcullis.ext-authz.open";
  static final String CLOSED_PATIENT = "portcullis.ext-authz.closed-patient";
  static final String OPEN_PATIENT = "portcullis.ext-authz.open-patient";

  /** The longest that a decision may take, all tries together. */
  static final int TIMEOUT_MILLIS = 250;

  /** The same for a decision that may need the answers of others. */
  static final int PATIENT_MILLIS = 5_000;

  private static final Any OFF =
      Extensions.any(FilterConfig.newBuilder().setDisabled(true).build());

  @Override
  public List<HttpFilter> filters() {
    return List.of(
        filter(CLOSED, FailureMode.DENY, TIMEOUT_MILLIS),
        filter(OPEN, FailureMode.ALLOW, TIMEOUT_MILLIS),
        filter(CLOSED_PATIENT, FailureMode.DENY, PATIENT_MILLIS),
        filter(OPEN_PATIENT, FailureMode.ALLOW, PATIENT_MILLIS));
  }

  @Override
  public Map<String, Any> onRoute(RouteGuard guard) {
    Any ask =
        Extensions.any(
            ExtAuthzPerRoute.newBuilder()
                .setCheckSettings(
                    CheckSettings.newBuilder()
                        .putContextExtensions(CheckNames.ROUTE, guard.route().value()))
                .build());
    return switch (guard.failureMode()) {
      case DENY -> guard.patient() ? Map.of(CLOSED, OFF, CLOSED_PATIENT, ask) : Map.of(CLOSED, ask);
      case ALLOW -> Map.of(CLOSED, OFF, guard.patient() ? OPEN_PATIENT : OPEN, ask);
    };
  }

  @Override
  public Map<String, Any> onUnguarded() {
    return Map.of(CLOSED, OFF);
  }

  private HttpFilter filter(String name, FailureMode mode, int timeoutMillis) {
    boolean open = mode == FailureMode.ALLOW;
    ExtAuthz config =
        ExtAuthz.newBuilder()
            .setTransportApiVersion(ApiVersion.V3)
            .setGrpcService(service(timeoutMillis))
            .setFailureModeAllow(open)
            // Not 403: a client must not take an outage for a verdict and forget its session.
            .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable))
            // Headers as they were sent: repeated ones stay apart, no byte is replaced.
            .setEncodeRawHeaders(true)
            .setValidateMutations(true)
            .setClearRouteCache(false)
            .setIncludePeerCertificate(certificates)
            .setStatPrefix(open ? "open" : "closed")
            .build();
    return HttpFilter.newBuilder()
        .setName(name)
        .setDisabled(!name.equals(CLOSED))
        .setTypedConfig(Extensions.any(config))
        .build();
  }

  /**
   * Tries again only when no answer can have been made: an answered Check that is sent twice would
   * be charged twice. Envoy's own back-off begins after longer than the whole time-out, so ours is
   * said. Its longest interval must not be shorter than the time-out: Envoy takes it for the
   * time-out of each try as well (measured with 1.40), and would cut off every slower decision.
   */
  private static GrpcService service(int timeoutMillis) {
    return GrpcService.newBuilder()
        .setEnvoyGrpc(
            GrpcService.EnvoyGrpc.newBuilder()
                .setClusterName(ExtAuthzCluster.NAME)
                .setSkipEnvoyHeaders(true))
        .setTimeout(Scalars.millis(timeoutMillis))
        .setRetryPolicy(
            RetryPolicy.newBuilder()
                .setRetryOn("connect-failure,refused-stream,reset-before-request")
                .setNumRetries(Scalars.count(2))
                .setRetryBackOff(
                    BackoffStrategy.newBuilder()
                        .setBaseInterval(Scalars.millis(5))
                        .setMaxInterval(Scalars.millis(timeoutMillis))))
        .build();
  }
}
