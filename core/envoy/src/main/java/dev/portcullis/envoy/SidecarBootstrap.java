// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import dev.portcullis.envoy.listener.HealthListener;
import dev.portcullis.envoy.proto.Addresses;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an Envoy beside an application starts with, given to it whole as {@code --config-yaml}:
 * there is no file to write and no agent to write it. What it listens for comes from the operator,
 * and depends on whose token it shows and on nothing that it says.
 *
 * <p>Only its health listener is here from the start. Envoy opens even that one when it has its
 * configuration, so a sidecar without one is not ready.
 *
 * @param node its node id; Kubernetes' {@code $(NAME)} stands for an environment variable
 * @param operator how it reaches the operator
 * @param identity directory with the CA, the token, and the two small files that name them
 * @param run directory that only the sidecar sees; its admin socket stands there
 * @param word part of the paths that only the kubelet should ask, for probes and for the farewell
 *     to clients: 16 to 64 letters, digits and dashes that nobody can guess, because anybody can
 *     reach the port
 * @param probes of the application, at most {@value #MAX_PROBES}
 * @param maxHeapBytes when Envoy holds this much it refuses new requests
 */
public record SidecarBootstrap(
    String node,
    OperatorAccess operator,
    Path identity,
    Path run,
    String word,
    List<ProbeForward> probes,
    long maxHeapBytes) {
  /** Where every sidecar answers the kubelet and shows its metrics. */
  public static final int HEALTH_PORT = 15_021;

  /** Three for each of many containers. */
  public static final int MAX_PROBES = 192;

  /** The name of the socket in the run directory. */
  public static final String ADMIN_SOCKET = "admin.sock";

  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9-]{16,64}");

  public SidecarBootstrap {
    probes = List.copyOf(probes);
    if (!identity.isAbsolute() || !run.isAbsolute()) {
      throw new IllegalArgumentException("absolute directories: " + identity + ", " + run);
    }
    if (!WORD.matcher(word).matches()) {
      throw new IllegalArgumentException("the word has 16 to 64 letters, digits and dashes");
    }
    if (probes.size() > MAX_PROBES) {
      throw new IllegalArgumentException("at most " + MAX_PROBES + " probes, not " + probes.size());
    }
  }

  /** The path that makes the sidecar say farewell, by GET on {@link #HEALTH_PORT}. */
  public String drainPath() {
    return HealthListener.drainPath(word);
  }

  /** The bootstrap as one line of JSON. */
  public String json() {
    Path admin = run.resolve(ADMIN_SOCKET);
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId(node).setCluster("sidecar").build(),
            Addresses.socket(admin),
            maxHeapBytes);
    EnvoyBootstrap.followOperator(bootstrap, operator, identity);
    HealthListener.clusters(admin, probes)
        .forEach(bootstrap.getStaticResourcesBuilder()::addClusters);
    bootstrap
        .getStaticResourcesBuilder()
        .addListeners(HealthListener.of(HEALTH_PORT, word, probes));
    return EnvoyJson.line(bootstrap);
  }
}
