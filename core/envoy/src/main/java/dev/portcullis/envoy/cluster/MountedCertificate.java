// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import com.google.protobuf.Any;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that is mounted from a Secret, so that nobody but the gateway reads its key. Envoy
 * fetches it from a small file that names the real ones and the directory to watch; whoever renews
 * the Secret (cert-manager does) has the new one served, and no connection is cut for it.
 */
public final class MountedCertificate {
  /** The files of a Secret of type {@code kubernetes.io/tls}. */
  private static final String CHAIN = "tls.crt";

  private static final String KEY = "tls.key";
  private static final String NAME = "gateway-certificate";

  private MountedCertificate() {}

  /**
   * The small file. It names a secret and holds none.
   *
   * @param directory where the Secret is mounted; its files are replaced together, by the rename of
   *     a link in it
   */
  public static DiscoveryResponse file(Path directory) {
    Secret secret =
        Secret.newBuilder()
            .setName(NAME)
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(named(directory.resolve(CHAIN)))
                    .setPrivateKey(named(directory.resolve(KEY)))
                    .setWatchedDirectory(
                        WatchedDirectory.newBuilder().setPath(directory.toString())))
            .build();
    return DiscoveryResponse.newBuilder()
        .setVersionInfo("1")
        .addResources(Any.pack(secret))
        .build();
  }

  /**
   * Listens with the certificate. Without it, and without the authorities where there are any, it
   * does not listen, however long it takes.
   *
   * <p>Sessions of clients that may show a certificate are not resumed: a resumed one would be with
   * whom it was when its certificate was looked at, be that expired or revoked meanwhile.
   *
   * @param file the absolute path of the small file
   * @param clients who signs clients' certificates; null: clients are not asked for any
   */
  public static TransportSocket downstream(Path file, @Nullable ClientAuthorities clients) {
    CommonTlsContext.Builder common =
        CommonTlsContext.newBuilder()
            .setTlsParams(
                TlsParameters.newBuilder()
                    .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2)
                    .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3))
            .addAlpnProtocols("h2")
            .addAlpnProtocols("http/1.1")
            .addTlsCertificateSdsSecretConfigs(secret(NAME, file));
    DownstreamTlsContext.Builder context = DownstreamTlsContext.newBuilder();
    if (clients == null) {
      context.setRequireClientCertificate(Scalars.bool(false));
    } else {
      common.setValidationContextSdsSecretConfig(clients.secret());
      context
          .setRequireClientCertificate(Scalars.bool(clients.required()))
          .setDisableStatelessSessionResumption(true)
          .setDisableStatefulSessionResumption(true);
    }
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(Extensions.any(context.setCommonTlsContext(common).build()))
        .build();
  }

  /** A secret that a small file names. */
  static SdsSecretConfig secret(String name, Path file) {
    return SdsSecretConfig.newBuilder()
        .setName(name)
        .setSdsConfig(
            ConfigSource.newBuilder()
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(Scalars.seconds(0))
                .setPathConfigSource(PathConfigSource.newBuilder().setPath(file.toString())))
        .build();
  }

  private static DataSource named(Path file) {
    return DataSource.newBuilder().setFilename(file.toString()).build();
  }
}
