// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.rollout;

import com.google.protobuf.Message;
import dev.portcullis.envoy.EnvoyResources;
import dev.portcullis.envoy.EnvoyTranslator;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.ProxySpec;
import dev.portcullis.envoy.ProxySpecException;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.envoy.route.GuardedUpstream;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.operator.xds.XdsSnapshot;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One proxy, what it is for, and what it should hold. Used by one thread. */
final class Proxy {
  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final ConnectedNode node;
  private final @Nullable ProxySpec spec;
  private @Nullable Map<RouteId, RoutePlan> aimedAt;
  private @Nullable List<GuardedUpstream> upstreams;
  private XdsSnapshot wanted = XdsSnapshot.EMPTY;
  private SortedSet<RouteId> serves = new TreeSet<>();

  Proxy(ConnectedNode node) {
    this.node = node;
    this.spec = read(node);
  }

  /** A proxy that cannot say what it is for gets nothing, and so never opens its listener. */
  private static @Nullable ProxySpec read(ConnectedNode node) {
    try {
      return ProxySpec.fromMetadata(node.description().getMetadata());
    } catch (ProxySpecException e) {
      LOG.atWarn()
          .addKeyValue("node", node.key())
          .addKeyValue("error", e.getMessage())
          .log("proxy describes itself wrongly and gets no configuration");
      return null;
    }
  }

  /**
   * Says what the proxy should hold from now on; {@link #publish} sends it. Most of what changes in
   * plans means nothing to Envoy, and then nothing is translated.
   */
  @SuppressWarnings("ReferenceEquality") // another compilation is another map
  void aim(SortedMap<RouteId, RoutePlan> routes, EnvoyTranslator translator) {
    if (spec == null || aimedAt == routes) {
      return;
    }
    aimedAt = routes;
    List<GuardedUpstream> now = upstreams(spec, routes);
    if (now.equals(upstreams)) {
      return;
    }
    EnvoyResources resources = translator.translate(spec, routes);
    for (ResourceKind kind : ResourceKind.values()) {
      wanted = wanted.with(type(kind), resources(kind, resources.of(kind)));
    }
    serves =
        now.stream()
            .map(each -> each.guard().route())
            .collect(Collectors.toCollection(TreeSet::new));
    upstreams = now;
  }

  /** All that a proxy's configuration is made of. */
  private static List<GuardedUpstream> upstreams(ProxySpec spec, Map<RouteId, RoutePlan> routes) {
    return switch (spec) {
      case GatewaySpec gateway ->
          gateway.upstreams().stream()
              .map(upstream -> GuardedUpstream.of(upstream, routes))
              .toList();
    };
  }

  private static List<XdsResource> resources(
      ResourceKind kind, SortedMap<String, Message> messages) {
    return messages.entrySet().stream()
        .map(entry -> XdsResource.of(type(kind), entry.getKey(), entry.getValue()))
        .toList();
  }

  private static ResourceType type(ResourceKind kind) {
    return switch (kind) {
      case CLUSTER -> ResourceType.CLUSTER;
      case ROUTE -> ResourceType.ROUTES;
      case LISTENER -> ResourceType.LISTENER;
    };
  }

  void publish() {
    if (upstreams != null) {
      node.publish(wanted);
    }
  }

  ConnectedNode node() {
    return node;
  }

  XdsSnapshot wanted() {
    return wanted;
  }

  /** The routes that it asks decisions for. */
  SortedSet<RouteId> serves() {
    return serves;
  }
}
