// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.net.HostAndPort;
import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.Code;
import dev.portcullis.codec.AddressListCodec;
import dev.portcullis.codec.PlanCodec;
import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.codec.PlanVersion;
import dev.portcullis.codec.observation.KeySetTrouble;
import dev.portcullis.codec.observation.Observations;
import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.TestEngine;
import dev.portcullis.extauthz.addresses.HeldLists;
import dev.portcullis.extauthz.identity.TestAuthority;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import dev.portcullis.extauthz.jwks.RemoteKeySets;
import dev.portcullis.extauthz.plan.ApiKeyDirectory;
import dev.portcullis.extauthz.plan.ApiKeyUse;
import dev.portcullis.extauthz.plan.PlanKeeper;
import dev.portcullis.extauthz.plan.PlanSource;
import dev.portcullis.extauthz.plan.PlanStatus;
import dev.portcullis.extauthz.plan.ReplicaObserver;
import dev.portcullis.extauthz.plan.SecretVault;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.RoutePlan;
import dev.portcullis.policy.plan.SecretMaterial;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The plan over a real delta stream with TLS and token, from wire to disk. */
@Timeout(60)
final class PlanStreamTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String ISSUER = "https://idp.example.com/jwks";
  private static final SecretMaterial JWKS = Plans.secret("swordfish");

  private final TestEngine engine = new TestEngine();
  private final ApiKeyUse use = new ApiKeyUse();
  private final ApiKeyDirectory keys = new ApiKeyDirectory(use, null);
  private final SecretVault secrets = new SecretVault();
  private final HeldLists lists = new HeldLists();
  private final PlanStatus status = new PlanStatus();

  private Path certificate;
  private Path key;
  private Path authority;
  private Path token;
  private TestOperator operator;
  private @Nullable PlanKeeper keeper;
  private @Nullable RemoteKeySets keySets;
  private CountDownLatch ready = new CountDownLatch(1);

  @TempDir Path directory;

  @BeforeEach
  void startOperator() throws Exception {
    TestCa ca = new TestCa();
    certificate = ca.writeCertificate(directory.resolve("cert.pem"));
    key = ca.writeKey(directory.resolve("key.pem"));
    authority = ca.writeAuthority(directory.resolve("ca.pem"));
    token = Files.writeString(directory.resolve("token"), "first\n");
    operator = new TestOperator(0, certificate, key);
  }

  @AfterEach
  void stop() throws Exception {
    stopReplica();
    operator.close();
  }

  @Test
  void asksForEverythingWithReferencesFirst() throws Exception {
    startReplica();
    TestOperator.Conversation stream = operator.next();
    for (PlanKind kind : PlanKind.values()) {
      DeltaDiscoveryRequest request = stream.hear();
      assertThat(request.getTypeUrl()).isEqualTo(kind.typeUrl());
      assertThat(request.getNode().getId()).isEqualTo("authz-0");
      assertThat(request.getResourceNamesSubscribeList()).containsExactly("*");
      assertThat(request.getInitialResourceVersionsMap()).isEmpty();
    }
  }

  @Test
  void putsToWorkWhatItGetsBeforeItAcknowledges() throws Exception {
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.SECRET, List.of(secret(JWKS)), List.of()));
    assertThat(secrets.find(JWKS.hash())).isEqualTo(JWKS);
    acknowledged(stream.say(PlanKind.API_KEY, List.of(key(Plans.key("k1", false))), List.of()));
    assertThat(keys.find("shop", "k1")).isEqualTo(Plans.key("k1", false));
    assertThat(ready.getCount()).as("not ready without routes").isOne();
    acknowledged(
        stream.say(
            PlanKind.ROUTE,
            List.of(route(Plans.open("shop/a")), route(Plans.open("shop/b"))),
            List.of()));
    assertThat(engine.route("shop/a")).isEqualTo(Plans.open("shop/a"));
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();

    acknowledged(stream.say(PlanKind.ROUTE, List.of(), List.of("shop/a", "never/heard")));
    assertThat(engine.route("shop/a")).isNull();
    assertThat(engine.route("shop/b")).isNotNull();
    acknowledged(stream.say(PlanKind.API_KEY, List.of(), List.of("shop/k1")));
    assertThat(keys.find("shop", "k1")).isNull();
    acknowledged(stream.say(PlanKind.SECRET, List.of(), List.of(JWKS.hash())));
    assertThat(secrets.find(JWKS.hash())).isNull();
  }

  @Test
  void takesTheKeysOfProbesAsLongAsTheyAreServed() throws Exception {
    SecretMaterial material = SecretMaterial.of(new byte[ProbeKey.BYTES]);
    ProbeKey key = ProbeKey.of(material);
    TestOperator.Conversation stream = connect();
    acknowledged(
        stream.say(
            PlanKind.SECRET,
            List.of(TestOperator.resource(PlanKind.SECRET, key.name(), material.reveal())),
            List.of()));
    assertThat(secrets.probeKeys()).containsExactly(key);
    assertThat(secrets.find(material.hash())).as("no plan may refer to it").isNull();
    DeltaDiscoveryRequest refused =
        stream.say(
            PlanKind.SECRET,
            List.of(TestOperator.resource(PlanKind.SECRET, ProbeKey.PREFIX + "x", new byte[32])),
            List.of());
    assertThat(refused.getErrorDetail().getMessage()).contains("probe/x");

    acknowledged(stream.say(PlanKind.SECRET, List.of(), List.of(key.name())));
    assertThat(secrets.probeKeys()).isEmpty();
  }

  @Test
  void refusesByNameWhatItCannotUseAndUsesTheRest() throws Exception {
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.ROUTE, List.of(route(Plans.open("shop/stays"))), List.of()));
    engine.unloadable("shop/stays", true);
    byte[] future = "{\"type\":\"Future\"}".getBytes(StandardCharsets.UTF_8);
    DeltaDiscoveryRequest answer =
        stream.say(
            PlanKind.ROUTE,
            List.of(
                route(Plans.open("shop/good")),
                route(Plans.changed("shop/stays")),
                TestOperator.resource(PlanKind.ROUTE, "shop/future", future),
                TestOperator.resource(
                    PlanKind.ROUTE,
                    "shop/forged",
                    "0".repeat(64),
                    encode(Plans.open("shop/forged"))),
                TestOperator.resource(
                    PlanKind.ROUTE, "shop/other", encode(Plans.open("shop/name")))),
            List.of());
    assertThat(answer.getErrorDetail().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
    assertThat(answer.getErrorDetail().getMessage())
        .contains("shop/stays: cannot be loaded: the test says so")
        .contains("shop/future: not a plan that this version understands")
        .contains("shop/forged: the content does not fit its version")
        .contains("shop/other: the content is named shop/name")
        .doesNotContain("shop/good");
    assertThat(engine.route("shop/good")).isNotNull();
    assertThat(engine.route("shop/stays")).isEqualTo(Plans.open("shop/stays"));
    assertThat(engine.route("shop/forged")).isNull();
    assertThat(status.rejections()).isEqualTo(4);

    engine.unloadable("shop/stays", false);
    acknowledged(
        stream.say(PlanKind.ROUTE, List.of(route(Plans.changed("shop/stays"))), List.of()));
    assertThat(engine.route("shop/stays")).isEqualTo(Plans.changed("shop/stays"));
  }

  @Test
  void dropsAKeyWhoseNewVersionItCannotReadBecauseItMaySayRevoked() throws Exception {
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.API_KEY, List.of(key(Plans.key("k1", false))), List.of()));
    byte[] future = "{\"more\":1}".getBytes(StandardCharsets.UTF_8);
    DeltaDiscoveryRequest answer =
        stream.say(
            PlanKind.API_KEY,
            List.of(TestOperator.resource(PlanKind.API_KEY, "shop/k1", future)),
            List.of());
    assertThat(answer.getErrorDetail().getMessage()).contains("shop/k1");
    assertThat(keys.find("shop", "k1")).isNull();
  }

  @Test
  void refusesMaterialThatDoesNotFitItsNameWithoutShowingIt() throws Exception {
    TestOperator.Conversation stream = connect();
    String name = "0".repeat(64);
    DeltaDiscoveryRequest answer =
        stream.say(
            PlanKind.SECRET,
            List.of(TestOperator.resource(PlanKind.SECRET, name, JWKS.reveal())),
            List.of());
    assertThat(answer.getErrorDetail().getMessage()).contains(name).doesNotContain("swordfish");
    assertThat(secrets.find(name)).isNull();
    assertThat(secrets.find(JWKS.hash())).isNull();
  }

  @Test
  void comesBackWithWhatItHoldsAndWithTheTokenOfTheDay() throws Exception {
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.SECRET, List.of(secret(JWKS)), List.of()));
    acknowledged(stream.say(PlanKind.ROUTE, List.of(route(Plans.open("shop/a"))), List.of()));
    assertThat(status.connected()).isTrue();
    int port = operator.port();
    operator.close();
    await().atMost(SOON).until(() -> !status.connected());
    assertThat(engine.route("shop/a")).as("decides on").isNotNull();

    operator = new TestOperator(port, certificate, key);
    operator.expect("second");
    Files.writeString(token, "second\n");
    stream = operator.next();
    assertThat(stream.hear().getInitialResourceVersionsMap())
        .isEqualTo(Map.of(JWKS.hash(), JWKS.hash()));
    assertThat(stream.hear().getInitialResourceVersionsMap()).isEmpty();
    assertThat(stream.hear().getInitialResourceVersionsMap()).isEmpty();
    assertThat(stream.hear().getInitialResourceVersionsMap())
        .isEqualTo(Map.of("shop/a", PlanVersion.of(Plans.open("shop/a"))));
  }

  @Test
  void tellsWhatItSawAndTellsItAnewToTheNextOperator() throws Exception {
    TestOperator.Conversation stream = connect();
    ApiKeyRecord partner = Plans.key("7Q2MABCDEFGHJKMN", false);
    acknowledged(stream.say(PlanKind.API_KEY, List.of(key(partner)), List.of()));
    Instant at = Instant.now();
    keys.used(partner, at);
    Objects.requireNonNull(keySets).keysAt(ISSUER);
    sees(stream, partner, at);

    int port = operator.port();
    operator.close();
    operator = new TestOperator(port, certificate, key);
    operator.expect("first");
    stream = operator.next();
    for (int i = 0; i < PlanKind.values().length; i++) {
      stream.hear();
    }
    acknowledged(stream.say(PlanKind.ROUTE, List.of(route(Plans.open("shop/a"))), List.of()));
    sees(stream, partner, at);
  }

  /** It may be told of one thing after the other. */
  private static void sees(TestOperator.Conversation stream, ApiKeyRecord partner, Instant at)
      throws InterruptedException {
    boolean trouble = false;
    boolean used = false;
    while (!trouble || !used) {
      DeltaDiscoveryRequest told = stream.hear();
      assertThat(told.getTypeUrl()).isEqualTo(Observations.TYPE);
      Observations seen =
          Observations.ofJson(
              told.getNode().getMetadata().getFieldsOrThrow(Observations.FIELD).getStringValue());
      trouble |= new KeySetTrouble(false, "nobody at " + ISSUER).equals(seen.keySets().get(ISSUER));
      used |=
          Observations.step(at)
              .equals(seen.lastUsed().get(partner.namespace() + "/" + partner.name()));
    }
  }

  /** Whoever waits for all decision services does not wait for one that is done. */
  @Test
  void saysThatItIsDone() throws Exception {
    TestOperator.Conversation stream = connect();

    stopReplica();

    assertThat(stream.left()).isTrue();
  }

  @Test
  void startsFromTheLastGoodPlanWhenTheOperatorIsAway() throws Exception {
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.SECRET, List.of(secret(JWKS)), List.of()));
    acknowledged(stream.say(PlanKind.API_KEY, List.of(key(Plans.key("k1", false))), List.of()));
    acknowledged(stream.say(PlanKind.ROUTE, List.of(route(Plans.open("shop/a"))), List.of()));
    stopReplica();
    operator.close();

    startReplica();
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(engine.route("shop/a")).isEqualTo(Plans.open("shop/a"));
    assertThat(keys.find("shop", "k1")).isNotNull();
    try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
      assertThat(files.filter(Files::isRegularFile))
          .containsExactly(directory.resolve("state/plan.json"))
          .allSatisfy(file -> {
            assertThat(Files.readString(file)).doesNotContain("swordfish");
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
          });
    }
  }

  @Test
  void takesListsOnceAndKeepsThemOnDisk() throws Exception {
    AddressList list = list("192.0.2.0/24");
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.ADDRESS_LIST, List.of(resource(list)), List.of()));
    assertThat(Objects.requireNonNull(lists.find(list.hash())).size()).isOne();
    acknowledged(
        stream.say(
            PlanKind.ROUTE,
            List.of(route(Plans.denying("shop/a", list)), route(Plans.denying("shop/b", list))),
            List.of()));
    stopReplica();
    operator.close();

    lists.remove(list.hash());
    startReplica();
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(engine.route("shop/b")).isNotNull();
    assertThat(Objects.requireNonNull(lists.find(list.hash())).size()).isOne();
    try (Stream<Path> files = Files.walk(directory.resolve("state"))) {
      assertThat(files.filter(Files::isRegularFile))
          .containsExactlyInAnyOrder(
              directory.resolve("state/plan.json"),
              directory.resolve("state/lists").resolve(list.hash()));
    }
  }

  @Test
  void refusesAListThatDoesNotFitItsNameAndDropsOneThatIsGone() throws Exception {
    AddressList list = list("192.0.2.0/24");
    TestOperator.Conversation stream = connect();
    String name = "0".repeat(64);
    DeltaDiscoveryRequest answer =
        stream.say(
            PlanKind.ADDRESS_LIST,
            List.of(
                TestOperator.resource(
                    PlanKind.ADDRESS_LIST, name, AddressListCodec.encode(list.ranges())),
                resource(list)),
            List.of());
    assertThat(answer.getErrorDetail().getMessage()).contains(name).doesNotContain(list.hash());
    assertThat(lists.hashes()).containsExactly(list.hash());
    acknowledged(stream.say(PlanKind.ADDRESS_LIST, List.of(), List.of(list.hash())));
    assertThat(lists.hashes()).isEmpty();
  }

  private static AddressList list(String range) {
    return AddressListCodec.of(CidrSet.of(List.of(Cidr.parse(range))));
  }

  private static Resource resource(AddressList list) {
    return TestOperator.resource(
        PlanKind.ADDRESS_LIST, list.hash(), AddressListCodec.encode(list.ranges()));
  }

  @Test
  void aLastGoodPlanDecidesAtOnceButIsNotCalledCurrentBeforeTheOperatorSpoke() throws Exception {
    new PlanDirectory(directory.resolve("state"))
        .writePlan(new PlanSnapshot(List.of(Plans.open("shop/a")), List.of()));
    TestOperator.Conversation stream = connect();
    await().atMost(SOON).until(() -> engine.route("shop/a") != null);
    assertThat(ready.getCount()).isOne();
    acknowledged(stream.say(PlanKind.ROUTE, List.of(), List.of("shop/a")));
    assertThat(engine.route("shop/a")).isNull();
    assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aBrokenLastGoodPlanIsNoPlan() throws Exception {
    Path state = Files.createDirectories(directory.resolve("state"));
    Files.writeString(state.resolve("plan.json"), "{ half a pl");
    TestOperator.Conversation stream = connect();
    acknowledged(stream.say(PlanKind.ROUTE, List.of(route(Plans.open("shop/a"))), List.of()));
    assertThat(engine.route("shop/a")).isNotNull();
  }

  /**
   * The first stream is for the certificate alone; plans come over one that showed it. When the
   * operator does not answer to a certificate, the next stream gets another one first.
   */
  @Test
  void readsPlansOverMutualTlsOnly() throws Exception {
    TestAuthority workloads = new TestAuthority();
    operator.close();
    operator = TestOperator.asking(certificate, key, workloads.root());
    startReplica(new WorkloadIdentity(Clock.systemUTC()));

    TestOperator.Conversation first = operator.next();
    assertThat(first.mutual()).isFalse();
    identify(first, workloads);

    TestOperator.Conversation second = operator.next();
    assertThat(second.mutual()).isTrue();
    assertThat(List.of(second.hear().getTypeUrl(), second.hear().getTypeUrl()))
        .containsExactly(IdentityResources.TYPE, PlanKind.SECRET.typeUrl());
    second.hear();
    second.hear();
    second.onCompleted();

    TestOperator.Conversation third = operator.next();
    assertThat(third.mutual()).as("nothing was said on the second").isFalse();
    identify(third, workloads);
    assertThat(operator.next().mutual()).isTrue();
  }

  private static void identify(TestOperator.Conversation stream, TestAuthority authority)
      throws Exception {
    assertThat(stream.hear().getTypeUrl()).isEqualTo(IdentityResources.TYPE);
    TestAuthority.Workload own =
        authority.workload("spiffe://cluster.local/ns/portcullis-system/sa/ext-authz");
    Secret certificate =
        Secret.newBuilder()
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(inline(own.certificate()))
                    .setPrivateKey(inline(own.key())))
            .build();
    Secret roots =
        Secret.newBuilder()
            .setValidationContext(
                CertificateValidationContext.newBuilder().setTrustedCa(inline(authority.root())))
            .build();
    // The client goes at once, to come back with the certificate.
    stream.tell(
        IdentityResources.TYPE,
        List.of(secret("portcullis/svid", certificate), secret("portcullis/roots", roots)),
        List.of());
  }

  private static Resource secret(String name, Secret secret) {
    return Resource.newBuilder()
        .setName(name)
        .setVersion("1")
        .setResource(Any.pack(secret))
        .build();
  }

  private static DataSource inline(String pem) {
    return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(pem)).build();
  }

  private TestOperator.Conversation connect() throws Exception {
    startReplica();
    TestOperator.Conversation stream = operator.next();
    for (int i = 0; i < PlanKind.values().length; i++) {
      stream.hear();
    }
    return stream;
  }

  private void startReplica() {
    startReplica(null);
  }

  private void startReplica(@Nullable WorkloadIdentity identity) {
    ready = new CountDownLatch(1);
    PlanKeeper fresh =
        new PlanKeeper(
            engine, keys, secrets, lists, new RouteDirectory(), _ -> {}, status, Clock.systemUTC());
    fresh.follow(
        new PlanSource.Operator(
            new OperatorAddress(
                HostAndPort.fromParts("127.0.0.1", operator.port()), authority, token),
            directory.resolve("state"),
            "authz-0",
            Duration.ofSeconds(30)),
        identity,
        observer(),
        ready::countDown);
    keeper = fresh;
  }

  private ReplicaObserver observer() {
    RemoteKeySets unreachable =
        new RemoteKeySets(
            uri -> {
              throw new ConnectException("nobody at " + uri);
            },
            null,
            Clock.systemUTC());
    keySets = unreachable;
    return new ReplicaObserver(unreachable, use, Clock.systemUTC());
  }

  private void stopReplica() {
    if (keySets != null) {
      keySets.close();
      keySets = null;
    }
    if (keeper != null) {
      keeper.close();
      keeper = null;
    }
  }

  private static void acknowledged(DeltaDiscoveryRequest answer) {
    assertThat(answer.hasErrorDetail()).as(answer.toString()).isFalse();
  }

  private static Resource secret(SecretMaterial material) {
    return TestOperator.resource(PlanKind.SECRET, material.hash(), material.reveal());
  }

  private static Resource key(ApiKeyRecord key) {
    return TestOperator.resource(PlanKind.API_KEY, PlanSnapshot.nameOf(key), PlanCodec.encode(key));
  }

  private static Resource route(RoutePlan route) {
    return TestOperator.resource(PlanKind.ROUTE, route.id().value(), encode(route));
  }

  private static byte[] encode(RoutePlan route) {
    return PlanCodec.encode(route);
  }
}
