// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Trust;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.grpc.Status;
import io.grpc.TlsChannelCredentials;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who reads plans proves who it is twice: by its token, and by the key of its connection. */
@Timeout(60)
class MutualPlanStreamTest {
  private static final String DECIDER = XdsTestServer.DECIDER + "#authz-0";

  private XdsTestServer server;

  @BeforeEach
  void start() throws Exception {
    server = new XdsTestServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aTokenAloneReadsNoPlans() throws Exception {
    try (XdsTestClient client = server.client(DECIDER, "authz-0")) {
      client.subscribe(ResourceType.PLAN_ROUTE, "*");
      Status failure = client.failure();
      assertThat(failure.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(failure.getDescription()).contains("mutual TLS");
    }
  }

  @Test
  void withItsOwnCertificateItReadsThem() throws Exception {
    TlsCertificate own = certificate(DECIDER);
    try (XdsTestClient client = mutual(own, DECIDER)) {
      client.subscribe(ResourceType.PLAN_ROUTE, "*");
      server
          .nextNode()
          .publish(
              XdsSnapshot.EMPTY.with(
                  ResourceType.PLAN_ROUTE,
                  List.of(XdsTestServer.resource(ResourceType.PLAN_ROUTE, "shop/orders", "plan"))));
      assertThat(XdsTestClient.names(client.take())).containsExactly("shop/orders");
    }
  }

  @Test
  void anothersCertificateIsRefusedWhateverIsAsked() throws Exception {
    TlsCertificate anothers = certificate(XdsTestServer.SIDECAR);
    try (XdsTestClient client = mutual(anothers, DECIDER)) {
      client.subscribe(ResourceType.SECRET, "portcullis/roots");
      Status failure = client.failure();
      assertThat(failure.getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
      assertThat(failure.getDescription()).contains("ext-authz");
    }
  }

  @Test
  void aCertificateOfAnAuthorityThatIsTrustedNoMoreMakesNoConnection() throws Exception {
    TlsCertificate old = certificate(DECIDER);
    server.trust.set(Trust.in(CertificateAuthority.create(Clock.systemUTC())));
    try (XdsTestClient client = mutual(old, DECIDER)) {
      client.subscribe(ResourceType.PLAN_ROUTE, "*");
      assertThat(client.failure().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  /** As it is handed out. */
  private TlsCertificate certificate(String token) throws Exception {
    try (XdsTestClient client = server.client(token, "authz-0")) {
      client.subscribe(ResourceType.SECRET, "portcullis/svid");
      server.nextNode();
      return Secret.parseFrom(client.take().getResources(0).getResource().getValue())
          .getTlsCertificate();
    }
  }

  private XdsTestClient mutual(TlsCertificate certificate, String token) throws Exception {
    TlsChannelCredentials.Builder tls =
        TlsChannelCredentials.newBuilder()
            .keyManager(
                certificate.getCertificateChain().getInlineBytes().newInput(),
                certificate.getPrivateKey().getInlineBytes().newInput());
    return new XdsTestClient(
        server.channel(tls), token, Node.newBuilder().setId("authz-0").build());
  }
}
