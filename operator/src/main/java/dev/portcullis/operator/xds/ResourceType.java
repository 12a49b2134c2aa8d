// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.codec.PlanTypes;
import dev.portcullis.operator.identity.Role;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The types that are served. The order of the constants is the order in which additions are sent:
 * what is referred to comes before what refers to it.
 */
public enum ResourceType {
  CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster", Removal.AFTER_USERS),
  ENDPOINTS(
      "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment", Removal.AFTER_USERS),
  LISTENER("type.googleapis.com/envoy.config.listener.v3.Listener", Removal.AT_ONCE),
  ROUTES("type.googleapis.com/envoy.config.route.v3.RouteConfiguration", Removal.AT_ONCE),
  SECRET(
      "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", Removal.AFTER_USERS),
  PLAN_SECRET(PlanTypes.SECRET, Removal.AFTER_USERS),
  PLAN_ADDRESS_LIST(PlanTypes.ADDRESS_LIST, Removal.AFTER_USERS),
  PLAN_API_KEY(PlanTypes.API_KEY, Removal.AT_ONCE),
  PLAN_ROUTE(PlanTypes.ROUTE, Removal.AT_ONCE),
  /** What nodes hold, from one operator to another. */
  NODE_REPORT("type.portcullis.dev/v1alpha1.NodeReport", Removal.AT_ONCE);

  /** When a resource that is gone is taken from clients. */
  enum Removal {
    /** With the next response: a deleted key must stop to count now. */
    AT_ONCE,
    /** When everything that might still refer to it has been replaced and acknowledged. */
    AFTER_USERS
  }

  private static final Map<String, ResourceType> BY_URL =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(ResourceType::url, Function.identity()));

  private final String url;
  private final Removal removal;

  ResourceType(String url, Removal removal) {
    this.url = url;
    this.removal = removal;
  }

  /** The type URL in requests, responses and {@code Any}. */
  public String url() {
    return url;
  }

  /** The type with this URL, if it is served. */
  public static Optional<ResourceType> of(String url) {
    return Optional.ofNullable(BY_URL.get(url));
  }

  /** Whether the type is a part of plans, which decision services read. */
  public boolean isPlan() {
    return switch (this) {
      case PLAN_SECRET, PLAN_ADDRESS_LIST, PLAN_API_KEY, PLAN_ROUTE -> true;
      case CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, NODE_REPORT -> false;
    };
  }

  /** Whether nodes of the role may ask for the type; of it they get what is meant for them. */
  public boolean readableBy(Role role) {
    return switch (role) {
      case DECISION_SERVICE -> isPlan() || this == SECRET;
      case GATEWAY, SIDECAR -> !isPlan() && this != NODE_REPORT;
      case OPERATOR -> this == NODE_REPORT;
    };
  }

  boolean removedAtOnce() {
    return removal == Removal.AT_ONCE;
  }
}
