// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy.cluster;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Struct;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.OperatorAccess;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The operator: TLS whose roots are a file, and a token on every stream that is another file. Both
 * files are replaced while Envoy runs. Envoy follows a file only when a secret that it fetched
 * refers to it, not one in its bootstrap (measured with 1.40); so each is fetched from a small file
 * that names the real one and the directory to watch.
 */
public final class OperatorCluster {
  /** The name of the cluster. */
  public static final String NAME = "portcullis-operator";

  private static final String SECRET_TYPE =
      "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";
  private static final String CA = "operator-ca";
  private static final String TOKEN = "operator-token";
  private static final int CONNECT_SECONDS = 5;

  private OperatorCluster() {}

  /**
   * The cluster.
   *
   * @param directory where the files of {@link #secrets} stand
   */
  public static Cluster of(OperatorAccess operator, Path directory) {
    List<HostPort> endpoints = List.of(operator.address());
    return Cluster.newBuilder()
        .setName(NAME)
        .setType(Addresses.discovery(endpoints))
        .setLoadAssignment(Addresses.endpoints(NAME, endpoints))
        .setConnectTimeout(Scalars.seconds(CONNECT_SECONDS))
        .setTransportSocket(
            TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Extensions.any(tls(operator, directory))))
        .putTypedExtensionProtocolOptions(
            Protocols.KEY, Protocols.http2(List.of(token(directory), codec())))
        .build();
  }

  /** The files that the cluster refers to, by their names. They name secrets and hold none. */
  public static Map<String, DiscoveryResponse> secrets(OperatorAccess operator) {
    HostPort name = new HostPort(operator.serverName(), operator.address().port());
    Secret ca =
        Secret.newBuilder()
            .setName(CA)
            .setValidationContext(
                CertificateValidationContext.newBuilder()
                    .setTrustedCa(file(operator.caFile()))
                    .setWatchedDirectory(parent(operator.caFile()))
                    .addMatchTypedSubjectAltNames(
                        SubjectAltNameMatcher.newBuilder()
                            .setSanType(
                                name.isAddress()
                                    ? SubjectAltNameMatcher.SanType.IP_ADDRESS
                                    : SubjectAltNameMatcher.SanType.DNS)
                            .setMatcher(
                                StringMatcher.newBuilder().setExact(operator.serverName()))))
            .build();
    Secret token =
        Secret.newBuilder()
            .setName(TOKEN)
            .setGenericSecret(
                GenericSecret.newBuilder()
                    .setSecret(
                        file(operator.tokenFile()).toBuilder()
                            .setWatchedDirectory(parent(operator.tokenFile()))))
            .build();
    return Map.of(fileName(CA), response(ca), fileName(TOKEN), response(token));
  }

  private static UpstreamTlsContext tls(OperatorAccess operator, Path directory) {
    UpstreamTlsContext.Builder tls =
        UpstreamTlsContext.newBuilder()
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .setTlsParams(
                        TlsParameters.newBuilder()
                            .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
                            .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3))
                    .addAlpnProtocols("h2")
                    .setValidationContextSdsSecretConfig(
                        SdsSecretConfig.newBuilder()
                            .setName(CA)
                            .setSdsConfig(source(directory, CA))));
    if (!new HostPort(operator.serverName(), operator.address().port()).isAddress()) {
      tls.setSni(operator.serverName());
    }
    return tls.build();
  }

  /** {@code authorization: Bearer TOKEN}. */
  private static HttpFilter token(Path directory) {
    Struct source =
        Struct.newBuilder()
            .putFields(
                "path_config_source",
                Extensions.value(
                    Extensions.struct(
                        "path", Extensions.value(directory.resolve(fileName(TOKEN)).toString()))))
            .putFields("initial_fetch_timeout", Extensions.value("0s"))
            .build();
    Struct credential =
        Struct.newBuilder()
            .putFields("name", Extensions.value(TOKEN))
            .putFields("sds_config", Extensions.value(source))
            .build();
    Struct bearer =
        Struct.newBuilder()
            .putFields("credential", Extensions.value(credential))
            .putFields("header_value_prefix", Extensions.value("Bearer "))
            .build();
    return HttpFilter.newBuilder()
        .setName("portcullis.operator-token")
        .setTypedConfig(
            Extensions.any(
                CredentialInjector.newBuilder()
                    .setOverwrite(true)
                    .setCredential(
                        Extensions.named(
                            "envoy.http.injected_credentials.generic",
                            Extensions.newer(
                                "envoy.extensions.http.injected_credentials.generic.v3.Generic",
                                bearer)))
                    .build()))
        .build();
  }

  private static HttpFilter codec() {
    return HttpFilter.newBuilder()
        .setName("envoy.filters.http.upstream_codec")
        .setTypedConfig(Extensions.any(UpstreamCodec.getDefaultInstance()))
        .build();
  }

  private static ConfigSource source(Path directory, String secret) {
    return ConfigSource.newBuilder()
        .setResourceApiVersion(ApiVersion.V3)
        .setInitialFetchTimeout(Duration.getDefaultInstance())
        .setPathConfigSource(
            PathConfigSource.newBuilder().setPath(directory.resolve(fileName(secret)).toString()))
        .build();
  }

  private static DataSource file(Path path) {
    return DataSource.newBuilder().setFilename(path.toString()).build();
  }

  private static WatchedDirectory parent(Path file) {
    return WatchedDirectory.newBuilder().setPath(file.resolveSibling("").toString()).build();
  }

  private static DiscoveryResponse response(Secret secret) {
    return DiscoveryResponse.newBuilder()
        .setTypeUrl(SECRET_TYPE)
        .addResources(Any.pack(secret))
        .build();
  }

  private static String fileName(String secret) {
    return secret + ".json";
  }
}
