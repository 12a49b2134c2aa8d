// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static dev.portcullis.operator.xds.XdsTestServer.DECIDER;
import static dev.portcullis.operator.xds.XdsTestServer.GATEWAY;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamAdmissionTest {
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
      client.subscribe(ResourceType.SECRET);
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
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
        XdsTestClient second = server.client(GATEWAY, "gw-2")) {
      first.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      second.subscribe(ResourceType.CLUSTER);
      server.nextNode();
      try (XdsTestClient third = server.client(GATEWAY, "gw-3")) {
        assertThat(third.failure().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      }
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
