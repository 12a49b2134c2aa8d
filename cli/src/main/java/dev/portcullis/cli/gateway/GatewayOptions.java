// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.ServiceName;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for. A port or a service that is named twice is an {@link
 * IllegalArgumentException} that says so.
 *
 * @param policies files and directories
 * @param listen an address and not a name
 * @param tls how the gateway speaks TLS; null: it does not
 */
public record GatewayOptions(
    List<Path> policies,
    List<GuardedService> services,
    HostPort listen,
    @Nullable GatewayTls tls,
    DecisionServiceOptions decisions) {

  public GatewayOptions {
    policies = List.copyOf(policies);
    services = List.copyOf(services);
    Map<HostPort, String> ports = new HashMap<>();
    once(ports, "--listen", listen);
    once(ports, "--admin", decisions.admin());
    RevocationOptions revocations = decisions.revocations();
    once(ports, "--revocation-listen", revocations == null ? null : revocations.listen());
    Set<ServiceName> names = new HashSet<>();
    for (GuardedService service : services) {
      if (!names.add(service.name())) {
        throw new IllegalArgumentException(
            "--service names " + service.name() + " twice: a gateway serves one port of it");
      }
    }
  }

  private static void once(Map<HostPort, String> ports, String option, @Nullable HostPort port) {
    String other = port == null ? null : ports.putIfAbsent(port, option);
    if (other != null) {
      throw new IllegalArgumentException(
          other + " and " + option + " are both " + port + ": choose another port for one of them");
    }
  }
}
