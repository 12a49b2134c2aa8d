// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Struct;
import dev.portcullis.envoy.cluster.OperatorCluster;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Scalars;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap.DynamicResources;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an Envoy starts with: who it is, where its configuration comes from, and how much it may
 * hold. Start it with {@code envoy -c DIRECTORY/bootstrap.json}.
 */
public final class EnvoyBootstrap {
  /** The file that Envoy is started with. */
  public static final String FILE = "bootstrap.json";

  private EnvoyBootstrap() {}

  /**
   * An Envoy that the operator configures over one delta stream.
   *
   * @param spec what it says of itself
   * @param directory for the bootstrap and what it refers to; no secrets stand there
   */
  public static EnvoyFiles forOperator(
      ProxyNode node, ProxySpec spec, OperatorAccess operator, Path directory) {
    Bootstrap.Builder bootstrap = common(node, spec.toMetadata());
    followOperator(bootstrap, operator, directory);
    SortedMap<String, String> files = new TreeMap<>();
    files.put(FILE, EnvoyJson.of(bootstrap));
    OperatorCluster.secrets(operator)
        .forEach((name, response) -> files.put(name, EnvoyJson.of(response)));
    return new EnvoyFiles(directory, files);
  }

  /**
   * An Envoy that follows files.
   *
   * @param directory for the bootstrap, and where {@link EnvoyFiles#of} puts resources; those must
   *     be there before Envoy starts
   */
  public static EnvoyFiles forFiles(ProxyNode node, Path directory) {
    Bootstrap.Builder bootstrap = common(node, Struct.getDefaultInstance());
    bootstrap.setDynamicResources(dynamic(new XdsSource.Files(directory)));
    SortedMap<String, String> files = new TreeMap<>();
    files.put(FILE, EnvoyJson.of(bootstrap));
    return new EnvoyFiles(directory, files);
  }

  /** Everything comes over one delta stream from the operator. */
  static void followOperator(Bootstrap.Builder bootstrap, OperatorAccess operator, Path directory) {
    ApiConfigSource ads =
        ApiConfigSource.newBuilder()
            .setApiType(ApiConfigSource.ApiType.DELTA_GRPC)
            .setTransportApiVersion(ApiVersion.V3)
            // The operator reads who asks from every request.
            .setSetNodeOnFirstMessageOnly(false)
            .addGrpcServices(
                GrpcService.newBuilder()
                    .setEnvoyGrpc(
                        GrpcService.EnvoyGrpc.newBuilder().setClusterName(OperatorCluster.NAME)))
            .build();
    bootstrap
        .getDynamicResourcesBuilder()
        .setAdsConfig(ads)
        .mergeFrom(dynamic(new XdsSource.Ads()));
    bootstrap.getStaticResourcesBuilder().addClusters(OperatorCluster.of(operator, directory));
  }

  private static DynamicResources dynamic(XdsSource source) {
    return DynamicResources.newBuilder()
        .setLdsConfig(source.of(ResourceKind.LISTENER))
        .setCdsConfig(source.of(ResourceKind.CLUSTER))
        .build();
  }

  private static Bootstrap.Builder common(ProxyNode node, Struct metadata) {
    return common(
        Node.newBuilder().setId(node.id()).setCluster(node.cluster()).setMetadata(metadata).build(),
        Addresses.of(node.admin()),
        node.maxHeapBytes());
  }

  static Bootstrap.Builder common(Node node, Address admin, long maxHeapBytes) {
    return Bootstrap.newBuilder()
        .setNode(node)
        .setAdmin(Admin.newBuilder().setAddress(admin))
        .setOverloadManager(Overload.manager(maxHeapBytes))
        .setStatsFlushInterval(Scalars.seconds(5));
  }
}
