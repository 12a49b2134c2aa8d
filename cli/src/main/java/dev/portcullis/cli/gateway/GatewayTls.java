// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.gateway;

import dev.portcullis.cli.CommandException;
import dev.portcullis.envoy.EnvoyJson;
import dev.portcullis.envoy.cluster.ClientAuthorities;
import dev.portcullis.envoy.cluster.MountedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway speaks TLS, and whose certificates it asks its clients for. The files are followed:
 * new ones that are moved into their directory are in force without a restart.
 *
 * @param directory with {@code tls.crt} and {@code tls.key}
 * @param clients with {@code ca.crt}, and {@code ca.crl} when there is a list of revoked
 *     certificates; null: clients are asked for none
 * @param required whether clients that show no certificate are turned away
 */
public record GatewayTls(Path directory, @Nullable Path clients, boolean required) {

  public GatewayTls {
    if (clients == null && required) {
      throw new IllegalArgumentException(
          "--client-certificates required needs --client-ca-dir, which says who signs them");
    }
  }

  /**
   * Writes the small file that names the certificate.
   *
   * @throws CommandException when a file is missing or the disk refuses
   */
  Path certificate(Path scratch) {
    Path own = directory.toAbsolutePath().normalize();
    require(own.resolve("tls.crt"), "--tls-dir");
    require(own.resolve("tls.key"), "--tls-dir");
    return write(scratch, "certificate.json", EnvoyJson.of(MountedCertificate.file(own)));
  }

  /** Writes the small file that names the authorities; null: there are none. */
  @Nullable ClientAuthorities authorities(Path scratch) {
    if (clients == null) {
      return null;
    }
    Path own = clients.toAbsolutePath().normalize();
    require(own.resolve(ClientAuthorities.AUTHORITIES), "--client-ca-dir");
    return new ClientAuthorities(
        write(scratch, "clients.json", EnvoyJson.of(ClientAuthorities.file(own, hasRevoked()))),
        required);
  }

  /** Whether a list of revoked certificates counts. */
  boolean hasRevoked() {
    return clients != null && Files.exists(clients.resolve(ClientAuthorities.REVOKED));
  }

  private static Path write(Path scratch, String name, String text) {
    try {
      return Files.writeString(scratch.resolve(name), text);
    } catch (IOException e) {
      throw CommandException.environment("cannot write " + name + ": " + e.getMessage());
    }
  }

  private static void require(Path file, String option) {
    if (!Files.isReadable(file)) {
      throw CommandException.user(option + ": " + file + " is missing or cannot be read");
    }
  }
}
