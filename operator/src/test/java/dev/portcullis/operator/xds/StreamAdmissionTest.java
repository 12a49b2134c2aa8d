// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static dev.portcullis.operator.xds.XdsTestServer.DECIDER;
import static dev.portcullis.operator.xds.XdsTestServer.GATEWAY;
import static dev.portcullis.operator.xds.XdsTestServer.OPERATOR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.operator.identity.BoundPod;
import dev.portcullis.operator.identity.Role;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamAdmissionTest {
  private static final String SIDECAR = XdsTestServer.SIDECAR;

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
  void refusesABadToken() throws Exception {
    try (XdsTestClient client = server.client("bad", "gw")) {
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
  }

  @Test
  void saysWhenTokensCannotBeReviewed() throws Exception {
    try (XdsTestClient client = server.client("later", "gw")) {
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void refusesAnIdentityWithoutARole() throws Exception {
    try (XdsTestClient client = server.client("system:serviceaccount:shop:other", "gw")) {
      Status status = client.failure();
      assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(status.getDescription()).contains("system:serviceaccount:shop:other");
    }
  }

  @Test
  void letsNoGatewayReadPlans() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.PLAN_SECRET);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void letsNoDecisionServiceReadEnvoyResources() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.CLUSTER);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void letsOnlyOperatorsReadWhatNodesHold() throws Exception {
    for (String other : List.of(GATEWAY, DECIDER, SIDECAR)) {
      try (XdsTestClient client = server.client(other, "x")) {
        client.subscribe(ResourceType.NODE_REPORT);
        assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      }
    }
  }

  @Test
  void letsOperatorsReadNothingElse() throws Exception {
    for (ResourceType type : ResourceType.values()) {
      if (type != ResourceType.NODE_REPORT) {
        try (XdsTestClient client = server.client(OPERATOR, "b")) {
          client.subscribe(type);
          assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        }
      }
    }
  }

  @Test
  void refusesANodeWithoutAnId() throws Exception {
    try (XdsTestClient client = server.client(GATEWAY, "")) {
      client.subscribe(ResourceType.CLUSTER);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void boundsTheNumberOfStreams() throws Exception {
    try (XdsTestClient first = server.client(GATEWAY, "gw-1");
        XdsTestClient second = server.client(SIDECAR, "a");
        XdsTestClient third = server.client(DECIDER, "authz-0")) {
      first.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      second.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      third.subscribe(ResourceType.PLAN_ROUTE);
      server.nextNode();
      try (XdsTestClient fourth = server.client(SIDECAR, "b")) {
        Status status = fourth.failure();
        assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(status.getDescription()).isEqualTo("more than 3 streams");
      }
    }
  }

  @Test
  void boundsTheStreamsOfAPodSoThatItKeepsNoOtherOut() throws Exception {
    try (XdsTestClient first = server.client(SIDECAR, "a");
        XdsTestClient second = server.client(SIDECAR, "a")) {
      first.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      second.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      try (XdsTestClient third = server.client(SIDECAR, "a")) {
        assertThat(third.failure().getDescription()).startsWith("more than 2 streams of system:");
      }
      try (XdsTestClient other = server.client(SIDECAR + "-other", "a")) {
        other.subscribe(ResourceType.CLUSTER);
        assertThat(server.nextNode().role()).isEqualTo(Role.SIDECAR);
      }
    }
  }

  @Test
  void boundsTheNodesThatAPodCanPassItselfOffAs() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (XdsTestClient client = server.client(SIDECAR, "node-" + i)) {
        client.subscribe(ResourceType.CLUSTER);
        server.nextNode();
      }
      server.disconnected.poll(10, TimeUnit.SECONDS);
    }
    try (XdsTestClient third = server.client(SIDECAR, "node-2");
        XdsTestClient again = server.client(SIDECAR, "node-1")) {
      third.subscribe(ResourceType.CLUSTER);
      assertThat(third.failure().getDescription()).startsWith("more than 2 nodes of system:");
      again.subscribe(ResourceType.CLUSTER);
      assertThat(server.nextNode().key().id()).isEqualTo("node-1");
    }
  }

  @Test
  void letsNoSidecarReadPlansAndKnowsItsPod() throws Exception {
    try (XdsTestClient client = server.client(SIDECAR, "gw")) {
      client.subscribe(ResourceType.LISTENER);
      ConnectedNode node = server.nextNode();
      assertThat(node.key().identity().pod())
          .isEqualTo(new BoundPod("orders-1", "uid-of-orders-1", ""));
      client.subscribe(ResourceType.PLAN_ROUTE);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    }
  }

  @Test
  void boundsTheNamesOfAStream() throws Exception {
    String[] names = new String[101];
    for (int i = 0; i < names.length; i++) {
      names[i] = "r" + i;
    }
    try (XdsTestClient client = server.client(GATEWAY, "gw")) {
      client.subscribe(ResourceType.ROUTES, names);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    }
  }
}
