// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

/** The kinds of resource that a translation yields, in the order in which Envoy needs them. */
public enum ResourceKind {
  CLUSTER("type.googleapis.com/envoy.config.cluster.v3.Cluster", "clusters.json"),
  ROUTE("type.googleapis.com/envoy.config.route.v3.RouteConfiguration", "routes.json"),
  LISTENER("type.googleapis.com/envoy.config.listener.v3.Listener", "listeners.json");

  private final String typeUrl;
  private final String fileName;

  ResourceKind(String typeUrl, String fileName) {
    this.typeUrl = typeUrl;
    this.fileName = fileName;
  }

  /** As xDS requests name it. */
  public String typeUrl() {
    return typeUrl;
  }

  /** Where it stands when an Envoy is configured by files. */
  public String fileName() {
    return fileName;
  }
}
