// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import dev.portcullis.envoy.HostPort;
import dev.portcullis.fleet.MeshSettings;
import dev.portcullis.operator.cluster.Scope;
import dev.portcullis.operator.identity.Roles;
import dev.portcullis.operator.identity.ServerName;
import dev.portcullis.operator.inject.WebhookSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one operator runs.
 *
 * @param kubeconfig null: the ServiceAccount of the pod that it runs in
 * @param xds where proxies and decision services connect
 * @param xdsNames names under which they know it, for its certificate; at least one
 * @param admin where health and metrics are served
 * @param mesh what all sidecars have in common
 * @param webhooks null: none are served
 * @param replica null: there is no other operator
 */
public record OperatorConfig(
    @Nullable Path kubeconfig,
    HostPort xds,
    List<ServerName> xdsNames,
    HostPort admin,
    IdentityConfig identity,
    MeshSettings mesh,
    Roles roles,
    Scope scope,
    @Nullable WebhookSettings webhooks,
    @Nullable ReplicaConfig replica) {

  public OperatorConfig {
    xdsNames = List.copyOf(xdsNames);
  }
}
