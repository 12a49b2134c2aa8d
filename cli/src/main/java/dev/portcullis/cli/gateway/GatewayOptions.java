// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for.
 *
 * @param policies files and directories
 * @param listen an address and not a name
 * @param admin where the decision service shows health and metrics; null: on a free port of
 *     loopback
 * @param decisionLog a file, {@code -} or {@code none}
 */
public record GatewayOptions(
    List<Path> policies,
    List<GuardedService> services,
    HostPort listen,
    @Nullable HostPort admin,
    String decisionLog) {

  public GatewayOptions {
    policies = List.copyOf(policies);
    services = List.copyOf(services);
  }
}
