// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.PlanTypes;
import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.envoy.GatewaySpec;
import dev.portcullis.envoy.HostPort;
import dev.portcullis.envoy.ResourceKind;
import dev.portcullis.operator.leader.LeaseTimes;
import dev.portcullis.parts.FreePorts;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two operators as processes: all serve, one writes, and it knows the nodes of both. */
class ReplicasIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Cluster cluster = new Cluster();
  private final int port = FreePorts.next();
  private final HostPort gatewayListens = new HostPort("127.0.0.1", FreePorts.next());
  private final List<Replica> replicas = new CopyOnWriteArrayList<>();
  private final AtomicInteger twoLeaders = new AtomicInteger();
  private final Thread watch = Thread.ofVirtual().unstarted(this::watchLeaders);
  private Path ca = Path.of("");

  @BeforeEach
  void start() {
    replica("operator-a", "127.0.0.2");
    await().atMost(PATIENCE).until(() -> replicas.getFirst().leads());
    replica("operator-b", "127.0.0.3");
    watch.start();
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(roots()).contains("CERTIFICATE"));
    ca = cluster.scratch.write("roots.pem", roots());
    cluster.service("orders");
  }

  @AfterEach
  void stop() throws InterruptedException {
    watch.interrupt();
    watch.join();
    replicas.forEach(Replica::close);
    cluster.close();
  }

  /** What a kubelet would say of the pod of an operator that is ready. */
  private void pod(String name, String host) {
    cluster.apply(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
          namespace: portcullis-system
          labels: {app.kubernetes.io/name: operator}
        spec:
          terminationGracePeriodSeconds: 0
          automountServiceAccountToken: false
          containers: [{name: operator, image: operator}]
        """
            .formatted(name));
    cluster
        .api
        .kubectl(
            "-n",
            "portcullis-system",
            "patch",
            "pod",
            name,
            "--subresource=status",
            "--type=merge",
            "-p",
            """
            {"status": {"podIP": "%s", "conditions": [{"type": "Ready", "status": "True"}]}}
            """
                .formatted(host))
        .orThrow();
  }

  private void podIsGone(String name) {
    cluster.api.kubectl("-n", "portcullis-system", "delete", "pod", name, "--now").orThrow();
  }

  private Replica replica(String name, String host) {
    Replica replica = Replica.start(cluster, name, host, port);
    replicas.add(replica);
    pod(name, host);
    return replica;
  }

  private String roots() {
    return cluster
        .api
        .kubectl(
            "-n",
            "portcullis-system",
            "get",
            "configmap",
            "portcullis-trust",
            "-o",
            "jsonpath={.data.ca\\.crt}")
        .orThrow();
  }

  /** Leadership that one has before and after another was seen to have it. */
  private void watchLeaders() {
    while (!Thread.currentThread().isInterrupted()) {
      for (Replica one : replicas) {
        for (Replica other : replicas) {
          if (!one.equals(other) && one.leads() && other.leads() && one.leads()) {
            twoLeaders.incrementAndGet();
          }
        }
      }
    }
  }

  @Test
  void eachServesItsNodesAndTheLeaderSpeaksOfAll() throws IOException {
    cluster.apply(OperatorIT.policy("orders", "1 == 1"));
    try (AckingNode deciderA = decider("127.0.0.2", "authz-a");
        AckingNode deciderB = decider("127.0.0.3", "authz-b");
        AckingNode gatewayA = gateway("127.0.0.2", "gw-a")) {
      showsWhatProxiesElsewhereSay(deciderA, deciderB, gatewayA);
      assertThat(cluster.message("apipol", "orders", "Programmed"))
          .as("remembered when it is lost")
          .contains("gw-b");
    }
    assertThat(twoLeaders).hasValue(0);
  }

  private void showsWhatProxiesElsewhereSay(
      AckingNode deciderA, AckingNode deciderB, AckingNode gatewayA) throws IOException {
    try (AckingNode gatewayB = gateway("127.0.0.3", "gw-b")) {
      awaitMessage("2 decision services and 2 proxies run it");
      assertThat(cluster.jsonPath("apipol", "orders", "{.status.targets[0].proxies.ready}"))
          .isEqualTo("2");
      assertThat(deciderA.versions())
          .as("two operators make the same of the same policies")
          .isNotEmpty()
          .isEqualTo(deciderB.versions());
      assertThat(gatewayA.versions()).isNotEmpty().isEqualTo(gatewayB.versions());

      gatewayB.refuse(_ -> true);
      cluster.apply(bounded("1 == 1", 1_000));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(cluster.condition("apipol", "orders", "Programmed"))
                  .isEqualTo("False/EnvoyRejected"));
      assertThat(cluster.message("apipol", "orders", "Programmed")).contains("gw-b");
    }
  }

  @Test
  void theLeaderWritesWhatDecisionServicesElsewhereSaw() throws IOException {
    cluster.apply(
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiPolicy
        metadata: {name: orders, namespace: shop}
        spec:
          targetRefs: [{kind: Service, name: orders}]
          authentication:
            methods:
            - name: staff
              jwt: {issuer: "https://idp.example.com/", audiences: [orders]}
            - name: partners
              apiKey: {}
        """);
    cluster.apply(
        """
        apiVersion: portcullis.dev/v1alpha1
        kind: ApiKey
        metadata: {name: partner, namespace: shop}
        spec: {id: efgh5678, sha256: '%s', client: partner}
        """
            .formatted("1".repeat(64)));
    String metadata = "https://idp.example.com/.well-known/openid-configuration";
    Instant hour = Observations.step(Instant.now());
    try (AckingNode here = decider("127.0.0.2", "authz-a");
        AckingNode elsewhere = decider("127.0.0.3", "authz-b")) {
      await().atMost(PATIENCE).until(() -> here.held.containsKey("shop/orders"));
      here.tell(seen(Map.of(), Map.of("shop/partner", hour.minus(Observations.STEP))));
      elsewhere.tell(
          seen(
              Map.of(
                  metadata + "#https://idp.example.com/",
                  new KeySetTrouble(true, "connection refused")),
              Map.of("shop/partner", hour)));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            assertThat(cluster.jsonPath("apikey", "partner", "{.status.lastUsed}"))
                .isEqualTo(hour.toString());
            assertThat(cluster.condition("apipol", "orders", "JwksStale"))
                .isEqualTo("True/IssuerUnreachable");
          });
      assertThat(cluster.message("apipol", "orders", "JwksStale"))
          .contains(metadata + " (authz-b): connection refused");

      elsewhere.tell(seen(Map.of(), Map.of()));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(cluster.condition("apipol", "orders", "JwksStale")).isEmpty());
    }
    assertThat(cluster.jsonPath("apikey", "partner", "{.status.lastUsed}"))
        .as("outlives who saw it")
        .isEqualTo(hour.toString());
  }

  private static Observations seen(
      Map<String, KeySetTrouble> keySets, Map<String, Instant> lastUsed) {
    return new Observations(new TreeMap<>(keySets), new TreeMap<>(lastUsed));
  }

  @Test
  void aPlanIsWithDecidersElsewhereBeforeProxiesAskForIt() throws Exception {
    cluster.apply(OperatorIT.policy("orders", "1 == 1"));
    try (AckingNode decider = decider("127.0.0.3", "authz-b");
        AckingNode gateway = gateway("127.0.0.2", "gw-a")) {
      awaitMessage("1 decision service and 1 proxy run it");
      var before = gateway.versions();
      decider.keepSilent();
      cluster.apply(bounded("2 == 2", 1_000));
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(20))
          .untilAsserted(() -> assertThat(decider.body("shop/orders")).contains("2 == 2"));
      Thread.sleep(500);
      assertThat(gateway.versions()).as("nobody said that it has the plan").isEqualTo(before);
      decider.answer();
      await().atMost(PATIENCE).until(() -> !gateway.versions().equals(before));
      awaitMessage("1 decision service and 1 proxy run it");
    }
  }

  @Test
  void anotherLeadsWhenALeaderDiesAndAtOnceWhenOneGoes() throws Exception {
    cluster.apply(OperatorIT.policy("orders", "1 == 1"));
    Replica b = replicas.get(1);
    AckingNode deciderA = decider("127.0.0.2", "authz-a");
    try (AckingNode deciderB = decider("127.0.0.3", "authz-b");
        AckingNode gateway = gateway("127.0.0.3", "gw-b")) {
      awaitMessage("2 decision services and 1 proxy run it");
      replicas.getFirst().kill();
      deciderA.close();
      cluster.apply(OperatorIT.policy("orders", "2 == 2"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(deciderB.body("shop/orders")).contains("2 == 2"));
      assertThat(b.leads()).as("serving needs no leader").isFalse();
      assertThat(cluster.jsonPath("apipol", "orders", "{.status.observedGeneration}"))
          .isEqualTo("1");
      podIsGone("operator-a");
      await().atMost(PATIENCE).until(b::leads);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() ->
              assertThat(cluster.jsonPath("apipol", "orders", "{.status.observedGeneration}"))
                  .isEqualTo("2"));
      assertThat(cluster.message("apipol", "orders", "Programmed"))
          .as("it was there a moment ago, and holds something older")
          .isEqualTo("waits for decision services authz-a");
      try (AckingNode _ = decider("127.0.0.3", "authz-a")) {
        awaitMessage("2 decision services and 1 proxy run it");
        assertThat(gateway.errors).isEmpty();

        Replica c = replica("operator-c", "127.0.0.2");
        assertThat(c.leads()).isFalse();
        Instant asked = Instant.now();
        b.close();
        await().atMost(PATIENCE).until(c::leads);
        assertThat(Duration.between(asked, Instant.now()))
            .as("the lease was given up")
            .isLessThan(LeaseTimes.DEFAULT.lease());
      }
    }
    assertThat(twoLeaders).hasValue(0);
  }

  @Test
  void anOperatorThatSaysNothingIsNamedBecauseNobodyKnowsItsNodes() throws IOException {
    cluster.apply(OperatorIT.policy("orders", "1 == 1"));
    try (AckingNode _ = decider("127.0.0.2", "authz-a");
        AckingNode _ = gateway("127.0.0.2", "gw-a")) {
      awaitMessage("1 decision service and 1 proxy run it");
      replicas.get(1).process().freeze();
      try {
        awaitMessage("waits to hear from operators operator-b what their nodes run");
      } finally {
        replicas.get(1).process().thaw();
      }
      awaitMessage("1 decision service and 1 proxy run it");
    }
  }

  private static String bounded(String when, int bytes) {
    return OperatorIT.policy("orders", when) + "  request: {maxBodyBytes: " + bytes + "}\n";
  }

  private void awaitMessage(String wanted) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(cluster.message("apipol", "orders", "Programmed")).isEqualTo(wanted));
  }

  private AckingNode decider(String host, String id) throws IOException {
    return new AckingNode(
        host,
        port,
        ca,
        cluster.deciderToken(),
        Node.newBuilder().setId(id).build(),
        List.of(PlanTypes.SECRET, PlanTypes.ADDRESS_LIST, PlanTypes.API_KEY, PlanTypes.ROUTE));
  }

  private AckingNode gateway(String host, String id) throws IOException {
    GatewaySpec spec =
        new GatewaySpec(
            gatewayListens,
            List.of(new HostPort("127.0.0.1", 9)),
            List.of(Cluster.upstream("orders")));
    return new AckingNode(
        host,
        port,
        ca,
        cluster.token("gateway", "--audience=portcullis"),
        Node.newBuilder().setId(id).setMetadata(spec.toMetadata()).build(),
        Arrays.stream(ResourceKind.values()).map(ResourceKind::typeUrl).toList());
  }
}
