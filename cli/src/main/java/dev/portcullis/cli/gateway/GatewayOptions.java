// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.ServiceName;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for. A port or a service that is named twice is an {@link
 * IllegalArgumentException} that says so.
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
    if (listen.equals(admin)) {
      throw new IllegalArgumentException(
          "--listen and --admin are both " + listen + ": choose another port for one of them");
    }
    Set<ServiceName> names = new HashSet<>();
    for (GuardedService service : services) {
      if (!names.add(service.name())) {
        throw new IllegalArgumentException(
            "--service names " + service.name() + " twice: a gateway serves one port of it");
      }
    }
  }
}
