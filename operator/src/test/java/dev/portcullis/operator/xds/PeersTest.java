// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static dev.portcullis.operator.xds.XdsTestServer.DECIDER;
import static dev.portcullis.operator.xds.XdsTestServer.OPERATOR;
import static dev.portcullis.operator.xds.XdsTestServer.SIDECAR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.operator.identity.Role;
import dev.portcullis.operator.peers.NodeReports;
import dev.portcullis.operator.peers.PeerAccess;
import dev.portcullis.operator.peers.Peers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one operator hears of another over a real stream. */
class PeersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private final InetAddress loopback = InetAddress.getLoopbackAddress();
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final List<Peers> open = new ArrayList<>();
  @TempDir private Path directory;
  private XdsTestServer other;
  private NodeReports reports;

  @BeforeEach
  void start() throws Exception {
    // One response holds a few reports only.
    other = new XdsTestServer(new XdsLimits(200, 8, 100, 1024, 100, Duration.ofMillis(50)));
    reports = new NodeReports("other", other.directory, other.executor(), other.timer());
  }

  @AfterEach
  void stop() {
    open.forEach(Peers::close);
    other.close();
  }

  @Test
  void hearsWhatNodesHoldAndWhatTheyRefuseAndThatTheyAreLost() throws Exception {
    Peers peers = listen("me", OPERATOR);
    await().atMost(PATIENCE).until(() -> peers.unheard(Duration.ZERO).isEmpty());
    assertThat(peers.nodes()).isEmpty();
    assertThat(metrics.get("portcullis.peers").gauge().value()).isEqualTo(1);
    assertThat(other.nextNode().role()).isEqualTo(Role.OPERATOR);
    XdsTestClient sidecar = other.client(SIDECAR, "orders-1");
    sidecar.subscribe(ResourceType.CLUSTER);
    ConnectedNode there = other.nextNode();
    XdsResource good = XdsTestServer.resource(ResourceType.CLUSTER, "good", "1");
    there.publish(XdsSnapshot.EMPTY.with(ResourceType.CLUSTER, List.of(good)));
    sidecar.take();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(here(peers).held().holds(ResourceType.CLUSTER, good)).isTrue());
    ConnectedNode here = here(peers);
    assertThat(here.key()).isEqualTo(there.key());
    assertThat(here.role()).isEqualTo(there.role());
    XdsResource bad = XdsTestServer.resource(ResourceType.CLUSTER, "good", "2");
    there.publish(XdsSnapshot.EMPTY.with(ResourceType.CLUSTER, List.of(bad)));
    sidecar.reject(sidecar.next(), "no");
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(here.held().rejection(ResourceType.CLUSTER, bad))
                .map(Rejection::message)
                .isEqualTo(Optional.of("no")));
    sidecar.close();
    await().atMost(PATIENCE).until(() -> !peers.nodes().iterator().next().connected());
    assertThat(here(peers)).as("the same node all the time").isSameAs(here);
  }

  @Test
  void hearsOfManyNodesInManyResponses() throws Exception {
    List<XdsTestClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        XdsTestClient client = other.client(DECIDER, "authz-" + i);
        client.subscribe(ResourceType.PLAN_ROUTE);
        clients.add(client);
        other.nextNode();
      }
      Peers peers = listen("me", OPERATOR);
      await().atMost(PATIENCE).until(() -> peers.unheard(Duration.ZERO).isEmpty());
      assertThat(peers.nodes()).as("all that there are, as soon as it is heard").hasSize(40);
    } finally {
      clients.forEach(XdsTestClient::close);
    }
  }

  @Test
  void doesNotListenToItself() throws Exception {
    XdsTestClient client = other.client(DECIDER, "authz-0");
    client.subscribe(ResourceType.PLAN_ROUTE);
    other.nextNode();
    Peers peers = listen("other", OPERATOR);
    await().atMost(PATIENCE).until(() -> peers.unheard(Duration.ZERO).isEmpty());
    assertThat(peers.nodes()).isEmpty();
    await()
        .atMost(PATIENCE)
        .until(
            () -> other.directory.local(Role.OPERATOR).stream().noneMatch(Registration::connected));
    client.close();
  }

  @Test
  void saysWhoIsSilentAndRemembersItsNodes() throws Exception {
    XdsTestClient client = other.client(DECIDER, "authz-0");
    client.subscribe(ResourceType.PLAN_ROUTE);
    other.nextNode();
    Peers peers = listen("me", OPERATOR);
    await().atMost(PATIENCE).until(() -> peers.unheard(Duration.ZERO).isEmpty());
    other.close();
    client.close();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(peers.unheard(Duration.ZERO)).containsExactly("other"));
    assertThat(peers.unheard(Duration.ofHours(1))).as("only a moment ago").isEmpty();
    assertThat(peers.nodes()).hasSize(1).noneMatch(Registration::connected);
  }

  @Test
  void staysSilentToWhoIsNoOperator() throws Exception {
    Peers peers = listen("me", DECIDER);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(PATIENCE)
        .until(() -> peers.unheard(Duration.ZERO).contains("127.0.0.1:" + other.port()));
  }

  @Test
  void listensToNobodyWhoseCertificateItDoesNotTrust() throws Exception {
    try (XdsTestServer stranger = new XdsTestServer()) {
      Peers peers = listen("me", OPERATOR, stranger);
      await()
          .during(Duration.ofSeconds(2))
          .atMost(PATIENCE)
          .until(() -> peers.unheard(Duration.ZERO).contains("127.0.0.1:" + other.port()));
    }
  }

  @Test
  void doesNotWaitForOneThatSaidThatItGoes() throws Exception {
    XdsTestClient client = other.client(DECIDER, "authz-0");
    client.subscribe(ResourceType.PLAN_ROUTE);
    other.nextNode();
    Peers peers = listen("me", OPERATOR);
    await().atMost(PATIENCE).until(() -> peers.unheard(Duration.ZERO).isEmpty());
    reports.close();
    other.close();
    client.close();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(peers.nodes()).noneMatch(Registration::connected));
    assertThat(peers.nodes()).as("remembered").hasSize(1);
    assertThat(peers.unheard(Duration.ZERO)).isEmpty();
  }

  private static ConnectedNode here(Peers peers) {
    assertThat(peers.nodes()).hasSize(1);
    return peers.nodes().iterator().next().node();
  }

  private Peers listen(String replica, String token) throws Exception {
    return listen(replica, token, other);
  }

  private Peers listen(String replica, String token, XdsTestServer trusted) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), token + "\n");
    Peers peers =
        new Peers(
            () -> Optional.of(Set.of(new InetSocketAddress(loopback, other.port()))),
            new PeerAccess(replica, () -> trusted.trust.get().rootsPem(), "127.0.0.1", file),
            () -> {},
            other.executor(),
            Clock.systemUTC(),
            metrics);
    open.add(peers);
    peers.start();
    return peers;
  }
}
