// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.JsonFormat.TypeRegistry;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.Collection;
import java.util.List;

/** Envoy's configuration as JSON text, as Envoy reads it from files. */
public final class EnvoyJson {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .usingTypeRegistry(TypeRegistry.newBuilder().add(types()).build())
          .preservingProtoFieldNames();

  private EnvoyJson() {}

  /** One message. */
  public static String of(MessageOrBuilder message) {
    try {
      return PRINTER.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a packed type that is not in the registry", e);
    }
  }

  /** One message on one line. */
  static String line(MessageOrBuilder message) {
    try {
      return PRINTER.omittingInsignificantWhitespace().print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a packed type that is not in the registry", e);
    }
  }

  /** All resources of one kind, as a file holds them. */
  static String response(ResourceKind kind, Collection<? extends Message> resources) {
    DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder().setTypeUrl(kind.typeUrl());
    resources.forEach(resource -> response.addResources(Any.pack(resource)));
    return of(response);
  }

  /** Whatever we pack into an {@code Any}. */
  private static List<Descriptor> types() {
    return List.of(
        com.github.xds.type.v3.TypedStruct.getDescriptor(),
        io.envoyproxy.envoy.config.cluster.v3.Cluster.getDescriptor(),
        io.envoyproxy.envoy.config.listener.v3.Listener.getDescriptor(),
        io.envoyproxy.envoy.config.route.v3.FilterConfig.getDescriptor(),
        io.envoyproxy.envoy.config.route.v3.RouteConfiguration.getDescriptor(),
        io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcher.getDescriptor(),
        io.envoyproxy.envoy.extensions.common.matching.v3.ExtensionWithMatcherPerRoute
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.composite.v3.Composite.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.composite.v3.ExecuteFilterAction
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault.getDescriptor(),
        io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.router.v3.Router.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3
            .HttpConnectionManager.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor(),
        io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.getDescriptor(),
        io.envoyproxy.envoy.extensions.resource_monitors.downstream_connections.v3
            .DownstreamConnectionsConfig.getDescriptor(),
        io.envoyproxy.envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
            .getDescriptor(),
        io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret.getDescriptor(),
        io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext.getDescriptor(),
        io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.getDescriptor());
  }
}
