// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.compiler.ServiceName;
import dev.portcullis.envoy.HostPort;
import java.nio.file.Path;
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
 * @param admin where the decision service shows health and metrics; null: on a free port of
 *     loopback
 * @param decisionLog a file, {@code -} or {@code none}
 * @param tls how the gateway speaks TLS; null: it does not
 * @param countries database in MaxMind's format; null: none
 * @param systems database in MaxMind's format; null: none
 * @param issuers who vouches for issuers beside the JVM's own authorities; null: nobody
 * @param shared address of the store that decision services share; null: none
 * @param addressLists files of lists of addresses, by the names that policies have for them
 */
public record GatewayOptions(
    List<Path> policies,
    List<GuardedService> services,
    HostPort listen,
    @Nullable HostPort admin,
    String decisionLog,
    @Nullable GatewayTls tls,
    @Nullable Path countries,
    @Nullable Path systems,
    @Nullable Path issuers,
    @Nullable String shared,
    Map<String, Path> addressLists) {

  /** Without TLS, databases, lists and a shared store. */
  public GatewayOptions(
      List<Path> policies,
      List<GuardedService> services,
      HostPort listen,
      @Nullable HostPort admin,
      String decisionLog) {
    this(policies, services, listen, admin, decisionLog, null, null, null, null, null, Map.of());
  }

  public GatewayOptions {
    policies = List.copyOf(policies);
    services = List.copyOf(services);
    addressLists = Map.copyOf(addressLists);
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
