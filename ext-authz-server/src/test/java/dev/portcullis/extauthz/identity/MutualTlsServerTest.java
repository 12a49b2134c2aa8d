// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.extauthz.Checks;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.TestEngine;
import dev.portcullis.extauthz.check.AuthorizationService;
import dev.portcullis.extauthz.check.CheckRequestReader;
import dev.portcullis.extauthz.check.CheckResponseWriter;
import dev.portcullis.extauthz.check.ProbeResponder;
import dev.portcullis.extauthz.check.WaitingRoom;
import dev.portcullis.extauthz.ending.EndingService;
import dev.portcullis.extauthz.ending.Endings;
import dev.portcullis.extauthz.ending.Loads;
import dev.portcullis.extauthz.ending.Tickets;
import dev.portcullis.extauthz.identity.TestAuthority.Workload;
import dev.portcullis.extauthz.server.DecisionServer;
import dev.portcullis.extauthz.server.GrpcLimits;
import dev.portcullis.extauthz.server.Guard;
import dev.portcullis.extauthz.telemetry.DecisionCounters;
import dev.portcullis.extauthz.telemetry.Metric;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.extauthz.telemetry.ServerMetrics;
import dev.portcullis.extauthz.telemetry.Telemetry;
import dev.portcullis.policy.identity.SpiffeId;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks over mutual TLS: who gets through, and about what they may ask. */
@Timeout(120)
final class MutualTlsServerTest {
  private static final String DOMAIN = "spiffe://cluster.local/ns/";
  private static final String GATEWAY = DOMAIN + "edge/sa/gateway";

  private final WorkloadIdentity own = new WorkloadIdentity(Clock.systemUTC());
  private final DecisionCounters counters = new DecisionCounters();
  private final RouteDirectory routes = new RouteDirectory();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final WaitingRoom room = new WaitingRoom(1, 1);
  private TestAuthority authority;
  private Callers callers;
  private DecisionServer server;

  @BeforeEach
  void start() throws Exception {
    authority = new TestAuthority();
    callers = new Callers(own, Set.of(SpiffeId.parse(GATEWAY).orElseThrow()));
    TestEngine engine = new TestEngine();
    engine.replace(List.of(Plans.open("shop/orders"), Plans.open("bank/accounts")));
    server =
        DecisionServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            new AuthorizationService(
                engine,
                new CheckRequestReader(Clock.systemUTC()),
                new ProbeResponder(List::of, _ -> null, Clock.systemUTC()),
                new CheckResponseWriter(new Tickets()),
                new Telemetry(counters, routes, null, null),
                _ -> {},
                room),
            new EndingService(
                new Endings(
                    new Tickets(),
                    QuotaStores.alone(new InProcessQuotaStore(1)),
                    new Loads(new TestEngine()),
                    Clock.systemUTC())),
            Guard.mutualTls(own, callers),
            new GrpcLimits(1, 100, 4 << 20));
    server.ready();
    identify(authority);
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    room.close();
  }

  private void identify(TestAuthority by) throws Exception {
    Workload workload = by.workload(DOMAIN + "portcullis-system/sa/ext-authz");
    own.roots(by.root());
    own.certificate(workload.certificate(), workload.key());
  }

  @Test
  void aSidecarMayAskAboutTheRoutesOfItsNamespaceOnly() throws Exception {
    ManagedChannel shop = channel(authority.workload(DOMAIN + "shop/sa/orders"));
    assertThat(status(shop, "shop/orders")).isEqualTo(200);
    CheckResponse refused = check(shop, "bank/accounts");
    assertThat(refused.getDeniedResponse().getStatus().getCodeValue()).isEqualTo(503);
    assertThat(refused.getDeniedResponse().getBody()).contains("undecided-");
    assertThat(status(shop, "")).isEqualTo(503);
    // What its name is the beginning of is another namespace.
    ManagedChannel prefix = channel(authority.workload(DOMAIN + "sho/sa/orders"));
    assertThat(status(prefix, "shop/orders")).isEqualTo(503);
    try (ServerMetrics metrics = new ServerMetrics(counters, routes, 10)) {
      assertThat(metrics.scrape()).contains(Metric.FOREIGN_CHECKS.metricName() + " 3.0");
    }
  }

  @Test
  void aGatewayMayAskAboutAll() throws Exception {
    ManagedChannel gateway = channel(authority.workload(GATEWAY));
    assertThat(status(gateway, "shop/orders")).isEqualTo(200);
    assertThat(status(gateway, "bank/accounts")).isEqualTo(200);
  }

  @Test
  void healthIsAskedOverTheSamePort() throws Exception {
    ManagedChannel shop = channel(authority.workload(DOMAIN + "shop/sa/orders"));
    assertThat(
            HealthGrpc.newBlockingStub(shop)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void nobodyGetsThroughWithoutACertificateThatIsGood() throws Exception {
    assertRefused(null);
    assertRefused(new TestAuthority().workload(DOMAIN + "shop/sa/orders"));
    assertRefused(authority.workload(DOMAIN + "shop/sa/orders", Duration.ofHours(-1)));
  }

  @Test
  void whoNamesNoWorkloadOfTheTrustDomainMayAskNothing() throws Exception {
    ManagedChannel other = channel(authority.workload("spiffe://other.org/ns/shop/sa/orders"));
    assertThat(status(other, "shop/orders")).isEqualTo(503);
    ManagedChannel page = channel(authority.workload("https://shop/orders"));
    assertThat(status(page, "shop/orders")).isEqualTo(503);
    assertThat(callers.strangers()).isEqualTo(2);
  }

  @Test
  void certificateAndRootsAreReplacedWhileConnectionsLive() throws Exception {
    ManagedChannel before = channel(authority.workload(DOMAIN + "shop/sa/orders"));
    assertThat(status(before, "shop/orders")).isEqualTo(200);
    int connections = server.connections();
    TestAuthority next = new TestAuthority();
    own.roots(authority.root() + next.root());
    Workload renewed = next.workload(DOMAIN + "portcullis-system/sa/ext-authz");
    own.certificate(renewed.certificate(), renewed.key());
    assertThat(status(before, "shop/orders")).isEqualTo(200);
    assertThat(server.connections()).isEqualTo(connections);
    Workload client = next.workload(DOMAIN + "shop/sa/orders");
    assertThat(status(channel(client, next.root()), "shop/orders")).isEqualTo(200);
  }

  @Test
  void keepsWhatItHasWhenWhatComesIsWrong() throws Exception {
    Workload one = authority.workload(DOMAIN + "portcullis-system/sa/ext-authz");
    Workload two = authority.workload(DOMAIN + "portcullis-system/sa/ext-authz");
    assertThatThrownBy(() -> own.certificate(one.certificate(), two.key()))
        .hasMessageContaining("key is not the certificate");
    assertThatThrownBy(() -> own.certificate(one.certificate(), "swordfish"))
        .hasMessageNotContaining("swordfish");
    Workload old = authority.workload(DOMAIN + "a/sa/b", Duration.ofHours(-1));
    assertThatThrownBy(() -> own.certificate(old.certificate(), old.key()))
        .hasMessageContaining("ended");
    assertThatThrownBy(() -> own.roots("nothing")).isInstanceOf(Exception.class);
    assertThat(own.ready()).isTrue();
    ManagedChannel shop = channel(authority.workload(DOMAIN + "shop/sa/orders"));
    assertThat(status(shop, "shop/orders")).isEqualTo(200);
  }

  private void assertRefused(@Nullable Workload client) throws Exception {
    ManagedChannel channel = channel(client);
    assertThatThrownBy(() -> check(channel, "shop/orders"))
        .isInstanceOf(StatusRuntimeException.class)
        .extracting(e -> Status.fromThrowable(e).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  private ManagedChannel channel(@Nullable Workload client) throws Exception {
    return channel(client, authority.root());
  }

  private ManagedChannel channel(@Nullable Workload client, String roots) throws Exception {
    WorkloadIdentity trust = new WorkloadIdentity(Clock.systemUTC());
    trust.roots(roots);
    TlsChannelCredentials.Builder tls =
        TlsChannelCredentials.newBuilder().trustManager(trust.trustManager());
    if (client != null) {
      tls.keyManager(stream(client.certificate()), stream(client.key()));
    }
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port(), tls.build()).build();
    channels.add(channel);
    return channel;
  }

  private static ByteArrayInputStream stream(String pem) {
    return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
  }

  private static CheckResponse check(ManagedChannel channel, String route) {
    return AuthorizationGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .check(Checks.of(route, "/"));
  }

  private static int status(ManagedChannel channel, String route) {
    CheckResponse answer = check(channel, route);
    return answer.hasOkResponse() ? 200 : answer.getDeniedResponse().getStatus().getCodeValue();
  }
}
