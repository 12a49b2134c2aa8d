// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.nio.file.Path;

/**
 * Who signs the certificates of clients from outside. As with {@link MountedCertificate} Envoy
 * fetches them from a small file that names the real ones, and follows these when their directory
 * changes. Envoy keeps what it has when it cannot read what comes.
 *
 * @param file the absolute path of the small file
 * @param required whether who shows no certificate does not get past the handshake. Who shows one
 *     that does not hold never does
 */
public record ClientAuthorities(Path file, boolean required) {
  /** The authorities' certificates, PEM, one after the other. */
  public static final String AUTHORITIES = "ca.crt";

  /** The list of revoked certificates, PEM; each authority that signs clients needs its own. */
  public static final String REVOKED = "ca.crl";

  private static final String NAME = "gateway-clients";

  public ClientAuthorities {
    if (!file.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path: " + file);
    }
  }

  /**
   * The small file.
   *
   * @param directory where the two files are; they are replaced together, by the rename of a link
   *     in it
   * @param revoked whether there is a list of revoked certificates. Where there is, one that has
   *     ended or is missing lets nobody in who shows a certificate
   */
  public static DiscoveryResponse file(Path directory, boolean revoked) {
    CertificateValidationContext.Builder context =
        CertificateValidationContext.newBuilder()
            .setTrustedCa(named(directory.resolve(AUTHORITIES)))
            .setWatchedDirectory(WatchedDirectory.newBuilder().setPath(directory.toString()));
    if (revoked) {
      // Lists of the authorities above the one that signs clients are seldom at hand.
      context.setCrl(named(directory.resolve(REVOKED))).setOnlyVerifyLeafCertCrl(true);
    }
    Secret secret = Secret.newBuilder().setName(NAME).setValidationContext(context).build();
    return DiscoveryResponse.newBuilder()
        .setVersionInfo("1")
        .addResources(Any.pack(secret))
        .build();
  }

  /** Where Envoy fetches them. */
  SdsSecretConfig secret() {
    return MountedCertificate.secret(NAME, file);
  }

  private static DataSource named(Path file) {
    return DataSource.newBuilder().setFilename(file.toString()).build();
  }
}
