// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import com.google.protobuf.Struct;
import dev.portcullis.envoy.listener.HealthListener;
import dev.portcullis.envoy.proto.Addresses;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an Envoy of the edge starts with, given to it whole as {@code --config-yaml}. Like a sidecar
 * it has its health listener from the start, and everything else from the operator.
 *
 * @param metadata what it says of itself, as {@link ProxySpec#toMetadata} has it
 * @param operator how it reaches the operator
 * @param identity directory with the CA, the token, and the two small files that name them
 * @param run directory that only it sees; its admin socket stands there
 * @param farewell the last segment of the path that makes it say farewell: letters and dashes
 * @param maxHeapBytes when Envoy holds this much it refuses new requests
 */
public record GatewayBootstrap(
    Struct metadata,
    OperatorAccess operator,
    Path identity,
    Path run,
    String farewell,
    long maxHeapBytes) {
  /** So long clients are told to leave, and the answer to the farewell takes. */
  public static final int FAREWELL_SECONDS = 15;

  private static final Pattern WORD = Pattern.compile("[a-z-]{1,64}");

  public GatewayBootstrap {
    if (!WORD.matcher(farewell).matches()) {
      throw new IllegalArgumentException("farewell has 1 to 64 letters and dashes");
    }
  }

  /** The bootstrap as one line of JSON. */
  public String json() {
    Path admin = run.resolve(SidecarBootstrap.ADMIN_SOCKET);
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("gateway").setCluster("gateway").setMetadata(metadata).build(),
            Addresses.socket(admin),
            maxHeapBytes);
    EnvoyBootstrap.followOperator(bootstrap, operator, identity);
    HealthListener.clusters(admin, List.of())
        .forEach(bootstrap.getStaticResourcesBuilder()::addClusters);
    bootstrap
        .getStaticResourcesBuilder()
        .addListeners(
            HealthListener.lingering(
                SidecarBootstrap.HEALTH_PORT, "/drain/" + farewell, FAREWELL_SECONDS));
    return EnvoyJson.line(bootstrap);
  }
}
