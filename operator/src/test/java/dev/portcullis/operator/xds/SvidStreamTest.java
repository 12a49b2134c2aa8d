// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates of workloads over a real stream: whose they are, and how they are renewed. */
class SvidStreamTest {
  private static final String[] BOTH = {"portcullis/svid", "portcullis/roots"};

  private XdsTestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new XdsTestServer(new XdsLimits(4, 2, 2, 64 * 1024, 100, Duration.ofMillis(50)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void namesWhoTheNodeProvedToBeAndNotWhoItClaimsToBe() throws Exception {
    Node claim =
        Node.newBuilder()
            .setId("portcullis-system/operator")
            .setCluster("spiffe://cluster.local/ns/portcullis-system/sa/operator")
            .build();
    try (XdsTestClient client = server.client(XdsTestServer.SIDECAR, claim)) {
      client.subscribe(ResourceType.SECRET, BOTH);
      Map<String, Secret> secrets = secrets(client.take());
      assertThat(id(secrets)).isEqualTo("spiffe://cluster.local/ns/shop/sa/orders");
      assertThat(secrets).containsOnlyKeys(BOTH);
      X509Certificate certificate = certificate(secrets);
      certificate.verify(server.trust.get().roots().getFirst().getPublicKey());
      assertThat(certificate.getBasicConstraints()).as("is no authority").isEqualTo(-1);
      assertThat(certificate.getNotAfter().toInstant())
          .isBefore(Instant.now().plus(XdsTestServer.SVID_LIFE).plusSeconds(1));
      assertThat(roots(secrets)).isEqualTo(server.trust.get().rootsPem());
      assertThat(certificate.getPublicKey().getAlgorithm()).isEqualTo("EC");
    }
  }

  @Test
  void answersForNoSecretOfAnother() throws Exception {
    try (XdsTestClient client = server.client(XdsTestServer.SIDECAR, "n")) {
      client.subscribe(
          ResourceType.SECRET, "spiffe://cluster.local/ns/other/sa/admin", "other/portcullis/svid");
      DeltaDiscoveryResponse answer = client.take();
      assertThat(answer.getResourcesList()).isEmpty();
      assertThat(answer.getRemovedResourcesCount()).isEqualTo(2);
    }
  }

  @Test
  void serveDecisionServicesAndGatewaysToo() throws Exception {
    try (XdsTestClient decider = server.client(XdsTestServer.DECIDER, "authz-0");
        XdsTestClient gateway = server.client(XdsTestServer.GATEWAY, "gw-0")) {
      decider.subscribe(ResourceType.SECRET, BOTH);
      gateway.subscribe(ResourceType.SECRET, BOTH);
      assertThat(id(secrets(decider.take())))
          .isEqualTo("spiffe://cluster.local/ns/portcullis/sa/ext-authz");
      assertThat(id(secrets(gateway.take())))
          .isEqualTo("spiffe://cluster.local/ns/shop/sa/gateway");
    }
  }

  @Test
  void everyNodeHasAKeyOfItsOwn() throws Exception {
    try (XdsTestClient one = server.client(XdsTestServer.DECIDER, "authz-0");
        XdsTestClient two = server.client(XdsTestServer.DECIDER, "authz-1")) {
      one.subscribe(ResourceType.SECRET, BOTH);
      two.subscribe(ResourceType.SECRET, BOTH);
      assertThat(certificate(secrets(one.take())).getPublicKey())
          .isNotEqualTo(certificate(secrets(two.take())).getPublicKey());
    }
  }

  @Test
  void areRenewedBeforeTwoThirdsOfTheirLifeOnTheSameStream() throws Exception {
    try (XdsTestClient client = server.client(XdsTestServer.SIDECAR, "n")) {
      client.subscribe(ResourceType.SECRET, BOTH);
      X509Certificate first = certificate(secrets(client.take()));
      server.clock.pass(XdsTestServer.SVID_LIFE.dividedBy(2).minus(Duration.ofSeconds(10)));
      server.svids.renewDue();
      assertThat(client.unexpected()).as("not yet").isNull();
      server.clock.pass(XdsTestServer.SVID_LIFE.dividedBy(10).plus(Duration.ofSeconds(10)));
      server.svids.renewDue();
      Map<String, Secret> renewed = secrets(client.take());
      assertThat(renewed).as("roots did not change").containsOnlyKeys("portcullis/svid");
      assertThat(certificate(renewed).getPublicKey()).isNotEqualTo(first.getPublicKey());
      assertThat(certificate(renewed).getNotAfter()).isAfter(first.getNotAfter());
    }
  }

  @Test
  void newRootsAreToldAtOnceAndCertificatesStayUntilTheyAreDue() throws Exception {
    try (XdsTestClient client = server.client(XdsTestServer.SIDECAR, "n")) {
      client.subscribe(ResourceType.SECRET, BOTH);
      client.take();
      Trust before = server.trust.get();
      CertificateAuthority next = CertificateAuthority.create(Clock.systemUTC());
      server.trust.set(
          new Trust(before.signer(), List.of(before.signer().certificate(), next.certificate())));
      Map<String, Secret> secrets = secrets(client.take());
      assertThat(secrets).containsOnlyKeys("portcullis/roots");
      assertThat(roots(secrets)).isEqualTo(server.trust.get().rootsPem()).hasSizeGreaterThan(1000);
    }
  }

  @Test
  void waitForNoPolicyAndNoPolicyWaitsForThem() throws Exception {
    try (XdsTestClient client = server.client(XdsTestServer.SIDECAR, "n")) {
      client.subscribe(ResourceType.CLUSTER);
      client.subscribe(ResourceType.SECRET, BOTH);
      DeltaDiscoveryResponse first = client.take();
      assertThat(first.getTypeUrl()).isEqualTo(ResourceType.SECRET.url());
      XdsResource cluster = XdsTestServer.resource(ResourceType.CLUSTER, "c", "body");
      server.nextNode().publish(XdsSnapshot.EMPTY.with(ResourceType.CLUSTER, List.of(cluster)));
      assertThat(XdsTestClient.names(client.take())).containsExactly("c");
    }
  }

  @Test
  void showNoKeyToWhoeverPrintsThem() throws Exception {
    CertificateAuthority authority = server.trust.get().signer();
    String key = Base64.getEncoder().encodeToString(authority.key().getEncoded());
    assertThat(authority.toString() + server.trust.get()).doesNotContain(key.substring(40, 60));
    CertificateAuthority.Issued issued =
        authority.issueWorkload(
            new SpiffeId("cluster.local", "shop", "orders"),
            Duration.ofHours(1),
            Clock.systemUTC());
    assertThat(issued.toString()).matches("Issued\\[[0-9]+]");
  }

  private static Map<String, Secret> secrets(DeltaDiscoveryResponse response)
      throws InvalidProtocolBufferException {
    Map<String, Secret> secrets = new HashMap<>();
    for (Resource resource : response.getResourcesList()) {
      secrets.put(resource.getName(), Secret.parseFrom(resource.getResource().getValue()));
    }
    return secrets;
  }

  private static String id(Map<String, Secret> secrets) throws GeneralSecurityException {
    return certificate(secrets).getSubjectAlternativeNames().iterator().next().get(1).toString();
  }

  private static X509Certificate certificate(Map<String, Secret> secrets)
      throws GeneralSecurityException {
    byte[] chain =
        secret(secrets, "portcullis/svid")
            .getTlsCertificate()
            .getCertificateChain()
            .getInlineBytes()
            .toByteArray();
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(chain));
  }

  private static Secret secret(Map<String, Secret> secrets, String name) {
    return Objects.requireNonNull(secrets.get(name), name);
  }

  private static String roots(Map<String, Secret> secrets) {
    return secret(secrets, "portcullis/roots")
        .getValidationContext()
        .getTrustedCa()
        .getInlineBytes()
        .toStringUtf8();
  }
}
