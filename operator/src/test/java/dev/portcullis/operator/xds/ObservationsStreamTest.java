// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static dev.portcullis.operator.xds.XdsTestServer.DECIDER;
import static dev.portcullis.operator.xds.XdsTestServer.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import java.io.IOException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ObservationsStreamTest {
  private static final Instant EIGHT = Instant.parse("2026-11-22T20:00:00Z");
  private static final Instant NINE = Instant.parse("2026-11-22T21:00:00Z");
  private static final KeySetTrouble TROUBLE = new KeySetTrouble(false, "connection refused");

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
  void remembersTheNewestOfWhatADecisionServiceSaw() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE, "*");
      ConnectedNode node = server.nextNode();
      client.tell(seen(troubles("https://idp/a"), Map.of("shop/a", NINE, "shop/b", EIGHT)));
      client.tell(seen(troubles("https://idp/b"), Map.of("shop/a", EIGHT, "shop/c", NINE)));
      await()
          .untilAsserted(() ->
              assertThat(node.observed().all())
                  .isEqualTo(
                      new Observations(
                          troubles("https://idp/b"),
                          new TreeMap<>(Map.of("shop/a", NINE, "shop/b", EIGHT, "shop/c", NINE)))));
      client.tell(seen(Collections.emptySortedMap(), Map.of()));
      await().untilAsserted(() -> assertThat(node.observed().all().keySets()).isEmpty());
    }
  }

  @Test
  void believesNobodyElseAndNoNonsense() throws Exception {
    try (XdsTestClient gateway = server.client(GATEWAY, "gw")) {
      gateway.subscribe(ResourceType.LISTENER);
      ConnectedNode node = server.nextNode();
      gateway.tell(seen(troubles("https://idp/a"), Map.of()));
      answersStill(gateway, node, ResourceType.LISTENER);
      assertThat(node.observed().all()).isEqualTo(Observations.NONE);
    }
    try (XdsTestClient decider = server.client(DECIDER, "authz-0")) {
      decider.subscribe(ResourceType.PLAN_ROUTE, "*");
      ConnectedNode node = server.nextNode();
      for (String nonsense : new String[] {"", "{", "[]", "{\"keySets\":{\"a\":null}}"}) {
        decider.tell(nonsense);
      }
      answersStill(decider, node, ResourceType.PLAN_ROUTE);
      assertThat(node.observed().all()).isEqualTo(Observations.NONE);
    }
  }

  /** Whatever was told before has been dealt with when this is answered. */
  private static void answersStill(XdsTestClient client, ConnectedNode node, ResourceType type)
      throws InterruptedException {
    XdsResource resource = XdsTestServer.resource(type, "r", "1");
    client.subscribe(type, "r");
    node.publish(XdsSnapshot.EMPTY.with(type, List.of(resource)));
    client.take();
    await().until(() -> node.held().holds(type, resource));
  }

  @Test
  void keepsSoManyKeysAndNoMore() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE, "*");
      ConnectedNode node = server.nextNode();
      SortedMap<String, Instant> many = new TreeMap<>();
      for (int i = 0; i < Observations.MAX_LAST_USED; i++) {
        many.put("shop/key-" + i, EIGHT);
      }
      client.tell(new Observations(Collections.emptySortedMap(), many).toJson());
      client.tell(seen(Collections.emptySortedMap(), Map.of("shop/new", NINE)));
      await()
          .untilAsserted(() ->
              assertThat(node.observed().all().lastUsed())
                  .hasSize(Observations.MAX_LAST_USED)
                  .containsEntry("shop/new", NINE));
    }
  }

  private static SortedMap<String, KeySetTrouble> troubles(String uri) {
    return new TreeMap<>(Map.of(uri, TROUBLE));
  }

  private static String seen(
      SortedMap<String, KeySetTrouble> keySets, Map<String, Instant> lastUsed) {
    return new Observations(keySets, new TreeMap<>(lastUsed)).toJson();
  }
}
