// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.parts.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The operator and a real Envoy: what it takes, what it refuses, what outlives the operator. */
class RealEnvoyIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void configuresAnEnvoyThatOutlivesTheOperator() throws Exception {
    try (Cluster cluster = new Cluster();
        HttpClient client = HttpClient.newHttpClient()) {
      RealEnvoy envoy;
      try (RunningOperator _ = cluster.operator();
          AckingNode decider = cluster.decider("authz-0")) {
        envoy = envoy(cluster, "gw-real", FreePorts.next());
        cluster.service("orders");
        cluster.apply(OperatorIT.policy("orders", "1 == 1"));
        awaitProgrammed(cluster, "True/Programmed");
        assertThat(decider.held).containsKey("shop/orders");
        assertThat(envoy.get(client)).as("no decision service answers checks").isEqualTo(503);
      }
      try (envoy) {
        assertThat(envoy.get(client)).as("the operator is gone").isEqualTo(503);
        try (RunningOperator _ = cluster.operator();
            AckingNode again = cluster.decider("authz-0")) {
          awaitProgrammed(cluster, "True/Programmed");
          assertThat(again.held).containsKey("shop/orders");
          assertShowsWhatAnotherRefuses(cluster);
        }
      }
    }
  }

  private static void assertShowsWhatAnotherRefuses(Cluster cluster) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RealEnvoy refusing = envoy(cluster, "gw-refusing", taken.getLocalPort())) {
      awaitProgrammed(cluster, "False/EnvoyRejected");
      assertThat(cluster.message("apipol", "orders", "Programmed"))
          .contains("gw-refusing")
          .contains("bind");
      assertThat(refusing.process().isAlive()).isTrue();
    }
  }

  private static RealEnvoy envoy(Cluster cluster, String id, int port) throws IOException {
    return RealEnvoy.start(
        cluster, id, port, FreePorts.next(), List.of(Cluster.upstream("orders")));
  }

  private static void awaitProgrammed(Cluster cluster, String wanted) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(cluster.condition("apipol", "orders", "Programmed")).isEqualTo(wanted));
  }
}
