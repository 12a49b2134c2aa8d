// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The whole configuration of one Envoy, each list sorted by name. Equal plans give equal bytes.
 *
 * <p>Addresses stand inside of the clusters: a proxy names them itself and they do not change while
 * it runs, so there are no endpoint resources.
 */
public record EnvoyResources(
    List<Listener> listeners, List<RouteConfiguration> routes, List<Cluster> clusters) {

  public EnvoyResources {
    listeners = sorted(listeners, Listener::getName);
    routes = sorted(routes, RouteConfiguration::getName);
    clusters = sorted(clusters, Cluster::getName);
  }

  /** The resources of one kind by their names. */
  public SortedMap<String, Message> of(ResourceKind kind) {
    return switch (kind) {
      case LISTENER -> byName(listeners, Listener::getName);
      case ROUTE -> byName(routes, RouteConfiguration::getName);
      case CLUSTER -> byName(clusters, Cluster::getName);
    };
  }

  private static <T> List<T> sorted(List<T> resources, Function<T, String> name) {
    return resources.stream().sorted(Comparator.comparing(name)).toList();
  }

  private static <T extends Message> SortedMap<String, Message> byName(
      List<T> resources, Function<T, String> name) {
    SortedMap<String, Message> result = new TreeMap<>();
    for (T resource : resources) {
      if (result.put(name.apply(resource), resource) != null) {
        throw new IllegalStateException("two resources are named " + name.apply(resource));
      }
    }
    return result;
  }
}
