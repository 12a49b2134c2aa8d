// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.envoy.listener.HealthListener;
import dev.portcullis.envoy.proto.Addresses;
import dev.portcullis.envoy.proto.Extensions;
import dev.portcullis.parts.ChildProcess;
import dev.portcullis.parts.FreePorts;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's farewell begins at once, and is answered when it is over. */
final class LingeringFarewellIT {
  private static final int SECONDS = 2;

  private final int health = FreePorts.next();
  private final int served = FreePorts.next();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void answersWhenItIsOver(@TempDir Path directory) throws Exception {
    Path admin = directory.resolve("admin.sock");
    Bootstrap.Builder bootstrap =
        EnvoyBootstrap.common(
            Node.newBuilder().setId("it").setCluster("it").build(),
            Addresses.socket(admin),
            ProxyNode.DEFAULT_HEAP_BYTES);
    bootstrap
        .getStaticResourcesBuilder()
        .addAllClusters(HealthListener.clusters(admin, List.of()))
        .addListeners(HealthListener.lingering(health, "/drain/farewell", SECONDS))
        .addListeners(served(served));
    try (ChildProcess _ =
        StartedEnvoy.start(bootstrap, directory, health, "--drain-strategy", "immediate")) {
      assertThat(closes()).isFalse();
      assertThat(ask("/drain/else").statusCode()).isEqualTo(404);

      long began = System.nanoTime();
      assertThat(ask("/drain/farewell?x=y").statusCode()).isEqualTo(200);
      // Envoy counts from when it last looked at its clock.
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThan(Duration.ofMillis(SECONDS * 1_000 - 100));
      assertThat(closes()).isTrue();
      assertThat(ask("/ready").statusCode()).as("what still comes is served").isEqualTo(200);
    }
  }

  /** Whether clients are told to leave. */
  private boolean closes() throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + served + "/")).build(),
            HttpResponse.BodyHandlers.discarding())
        .headers()
        .firstValue("connection")
        .filter("close"::equals)
        .isPresent();
  }

  /** A listener for clients, that answers itself. */
  private static Listener served(int port) {
    RouteConfiguration routes =
        RouteConfiguration.newBuilder()
            .setName("served")
            .addVirtualHosts(
                VirtualHost.newBuilder()
                    .setName("served")
                    .addDomains("*")
                    .addRoutes(
                        Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                            .setDirectResponse(DirectResponseAction.newBuilder().setStatus(200))))
            .build();
    HttpConnectionManager manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("served")
            .setRouteConfig(routes)
            .addHttpFilters(
                HttpFilter.newBuilder()
                    .setName("envoy.filters.http.router")
                    .setTypedConfig(Extensions.any(Router.getDefaultInstance())))
            .build();
    return Listener.newBuilder()
        .setName("served")
        .setAddress(Addresses.of(new HostPort("127.0.0.1", port)))
        .setTrafficDirection(TrafficDirection.INBOUND)
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Extensions.any(manager))))
        .build();
  }

  private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + health + path))
            .timeout(Duration.ofSeconds(10))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
