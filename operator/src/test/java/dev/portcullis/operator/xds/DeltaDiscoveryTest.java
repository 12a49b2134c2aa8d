// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static dev.portcullis.operator.xds.XdsTestClient.names;
import static dev.portcullis.operator.xds.XdsTestServer.DECIDER;
import static dev.portcullis.operator.xds.XdsTestServer.GATEWAY;
import static dev.portcullis.operator.xds.XdsTestServer.resource;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeltaDiscoveryTest {
  private XdsTestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new XdsTestServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void sendsOnlyWhatChanged() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE);
      ConnectedNode node = server.nextNode();
      node.publish(plans("a", "1", "b", "1"));
      assertThat(names(client.take())).containsExactly("a", "b");

      node.publish(plans("a", "1", "b", "2"));
      DeltaDiscoveryResponse delta = client.take();
      assertThat(names(delta)).containsExactly("b");
      assertThat(delta.getResources(0).getResource().getValue().toStringUtf8()).isEqualTo("2");
      assertThat(client.unexpected()).isNull();
    }
  }

  @Test
  void pushesEditsWhoseHashCodesAreEqual() throws Exception {
    assertThat("/Aa".hashCode()).isEqualTo("/BB".hashCode());
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE);
      ConnectedNode node = server.nextNode();
      node.publish(plans("a", "/Aa"));
      client.take();
      node.publish(plans("a", "/BB"));
      assertThat(client.take().getResources(0).getResource().getValue().toStringUtf8())
          .isEqualTo("/BB");
    }
  }

  @Test
  void resumesFromTheVersionsThatTheClientHolds() throws Exception {
    XdsSnapshot plans = plans("a", "1", "b", "2");
    XdsResource a = named(plans, ResourceType.PLAN_ROUTE, "a");
    String held = a.version();
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.resume(ResourceType.PLAN_ROUTE, Map.of("a", held, "b", "old", "gone", "x"));
      ConnectedNode node = server.nextNode();
      node.publish(plans);
      DeltaDiscoveryResponse delta = client.take();
      assertThat(names(delta)).containsExactly("b");
      assertThat(delta.getRemovedResourcesList()).containsExactly("gone");
      assertThat(node.held().holds(ResourceType.PLAN_ROUTE, a)).isTrue();
    }
  }

  @Test
  void parksARejectedResourceUntilItChanges() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.LISTENER);
      ConnectedNode node = server.nextNode();
      XdsSnapshot bad = snapshot(ResourceType.LISTENER, "l", "bad");
      node.publish(bad);
      client.reject(client.next(), "no such filter");
      assertThat(client.unexpected()).isNull();
      XdsResource refused = named(bad, ResourceType.LISTENER, "l");
      assertThat(node.held().rejection(ResourceType.LISTENER, refused))
          .contains(new Rejection(refused.version(), "no such filter"));

      node.publish(snapshot(ResourceType.LISTENER, "l", "good"));
      assertThat(names(client.take())).containsExactly("l");
    }
  }

  @Test
  void isolatesTheOneBadResourceOfAResponse() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.ROUTES, "*");
      ConnectedNode node = server.nextNode();
      List<XdsResource> all =
          IntStream.range(0, 8)
              .mapToObj(i -> resource(ResourceType.ROUTES, "r" + i, i == 5 ? "bad" : "good"))
              .toList();
      node.publish(XdsSnapshot.EMPTY.with(ResourceType.ROUTES, all));
      List<String> accepted = new ArrayList<>();
      boolean isolated = false;
      while (!isolated || accepted.size() < 7) {
        DeltaDiscoveryResponse response = client.next();
        if (names(response).contains("r5")) {
          isolated = names(response).size() == 1;
          client.reject(response, "bad route");
        } else {
          accepted.addAll(names(response));
          client.acknowledge(response);
        }
      }
      assertThat(client.unexpected()).as("it is parked").isNull();
      assertThat(accepted).containsExactlyInAnyOrder("r0", "r1", "r2", "r3", "r4", "r6", "r7");
      assertThat(node.held().rejection(ResourceType.ROUTES, all.get(5))).isPresent();
      assertThat(all).filteredOn(r -> node.held().holds(ResourceType.ROUTES, r)).hasSize(7);
    }
  }

  @Test
  void sendsClustersBeforeListenersAndRemovesThemAfter() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.LISTENER);
      client.subscribe(ResourceType.CLUSTER);
      ConnectedNode node = server.nextNode();
      node.publish(XdsSnapshot.EMPTY);
      client.take();
      client.take();
      node.publish(
          snapshot(ResourceType.LISTENER, "l", "to c1")
              .with(ResourceType.CLUSTER, List.of(resource(ResourceType.CLUSTER, "c1", "c1"))));
      DeltaDiscoveryResponse clusters = client.next();
      assertThat(names(clusters)).containsExactly("c1");
      assertThat(client.unexpected()).as("nothing before the reply").isNull();
      client.acknowledge(clusters);
      assertThat(names(client.take())).containsExactly("l");

      node.publish(
          snapshot(ResourceType.LISTENER, "l", "to c2")
              .with(ResourceType.CLUSTER, List.of(resource(ResourceType.CLUSTER, "c2", "c2"))));
      DeltaDiscoveryResponse added = client.take();
      assertThat(names(added)).containsExactly("c2");
      assertThat(added.getRemovedResourcesList()).isEmpty();
      assertThat(names(client.take())).containsExactly("l");
      assertThat(client.take().getRemovedResourcesList()).containsExactly("c1");
    }
  }

  @Test
  void answersMissingNamesAsRemovedOnceAndSendsThemWhenTheyAppear() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.ROUTES, "r");
      ConnectedNode node = server.nextNode();
      node.publish(XdsSnapshot.EMPTY);
      assertThat(client.take().getRemovedResourcesList()).containsExactly("r");
      assertThat(client.unexpected()).isNull();
      node.publish(snapshot(ResourceType.ROUTES, "r", "1"));
      assertThat(names(client.take())).containsExactly("r");
      node.publish(XdsSnapshot.EMPTY);
      assertThat(client.take().getRemovedResourcesList()).containsExactly("r");
    }
  }

  @Test
  void answersAWildcardAlsoWhenThereIsNothing() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.CLUSTER);
      server.nextNode().publish(XdsSnapshot.EMPTY);
      assertThat(client.take().getResourcesCount()).isZero();
      assertThat(client.unexpected()).isNull();
    }
  }

  @Test
  void sendsOnlyNamedResourcesAndForgetsUnsubscribedOnes() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.ROUTES, "a");
      ConnectedNode node = server.nextNode();
      node.publish(snapshot(ResourceType.ROUTES, "a", "1", "b", "1"));
      assertThat(names(client.take())).containsExactly("a");
      client.subscribe(ResourceType.ROUTES, "b");
      assertThat(names(client.take())).containsExactly("b");
      client.unsubscribe(ResourceType.ROUTES, "a");
      client.subscribe(ResourceType.ROUTES, "no-such");
      assertThat(client.take().getRemovedResourcesList()).containsExactly("no-such");
      node.publish(snapshot(ResourceType.ROUTES, "a", "2", "b", "2"));
      assertThat(names(client.take())).containsExactly("b");
      client.subscribe(ResourceType.ROUTES, "b");
      assertThat(names(client.take())).as("asked for again").containsExactly("b");
    }
  }

  @Test
  void ignoresUnknownNonces() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.CLUSTER);
      ConnectedNode node = server.nextNode();
      XdsSnapshot wanted = snapshot(ResourceType.CLUSTER, "c", "1");
      node.publish(wanted);
      DeltaDiscoveryResponse response = client.next();
      client.acknowledgeNonce(ResourceType.CLUSTER, "no-such-nonce");
      assertThat(client.unexpected()).isNull();
      assertThat(node.held().holdsAny(ResourceType.CLUSTER, "c")).isFalse();
      client.acknowledge(response);
      node.publish(snapshot(ResourceType.CLUSTER, "c", "2"));
      assertThat(names(client.take())).containsExactly("c");
    }
  }

  @Test
  void coalescesWhatASlowClientDidNotTake() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE);
      ConnectedNode node = server.nextNode();
      node.publish(plans("a", "0"));
      DeltaDiscoveryResponse first = client.next();
      for (int i = 1; i <= 100; i++) {
        node.publish(plans("a", Integer.toString(i)));
      }
      client.acknowledge(first);
      assertThat(client.take().getResources(0).getResource().getValue().toStringUtf8())
          .isEqualTo("100");
      assertThat(client.unexpected()).isNull();
    }
  }

  @Test
  void splitsWhatIsLargerThanAResponse() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE);
      ConnectedNode node = server.nextNode();
      node.publish(plans("a", "x".repeat(600), "b", "y".repeat(600), "c", "z".repeat(6000)));
      assertThat(names(client.take())).containsExactly("a");
      assertThat(names(client.take())).containsExactly("b");
      assertThat(names(client.take())).containsExactly("c");
    }
  }

  @Test
  void freesANodeWhenItsStreamEnds() throws Exception {
    ConnectedNode node;
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.CLUSTER);
      node = server.nextNode();
    }
    assertThat(server.disconnected.poll(30, TimeUnit.SECONDS)).isSameAs(node);
    assertThat(server.directory.connected(node.role())).isEmpty();
    assertThat(server.directory.registered(node.role())).hasSize(1);
    assertThat(server.metrics.get("portcullis.xds.streams").gauge().value()).isZero();
  }

  @Test
  void forgetsANodeThatSaysItIsDone() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.CLUSTER);
      ConnectedNode node = server.nextNode();

      client.leave();

      assertThat(server.disconnected.poll(30, TimeUnit.SECONDS)).isSameAs(node);
      assertThat(server.directory.registered(node.role())).isEmpty();
    }
  }

  private static XdsResource named(XdsSnapshot snapshot, ResourceType type, String name) {
    XdsResource resource = snapshot.of(type).get(name);
    if (resource == null) {
      throw new AssertionError("no resource " + name);
    }
    return resource;
  }

  private static XdsSnapshot plans(String... namesAndBodies) {
    return snapshot(ResourceType.PLAN_ROUTE, namesAndBodies);
  }

  private static XdsSnapshot snapshot(ResourceType type, String... namesAndBodies) {
    List<XdsResource> resources = new ArrayList<>();
    for (int i = 0; i < namesAndBodies.length; i += 2) {
      resources.add(resource(type, namesAndBodies[i], namesAndBodies[i + 1]));
    }
    return XdsSnapshot.EMPTY.with(type, resources);
  }
}
