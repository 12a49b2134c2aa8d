// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import static dev.portcullis.engine.authentication.TestToken.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.AuthenticationResult;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.TestRequest;
import dev.portcullis.engine.authentication.TestToken;
import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.CertificateDigest;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.match.UriPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MtlsMethodTest {
  private static final String CART = "spiffe://cluster.local/ns/shop/sa/cart";
  private static final String BATCH = "spiffe://cluster.local/ns/batch/sa/nightly";
  private static final AuthMethodSpec.Mtls SERVICES =
      mtls("services", "spiffe://cluster.local/ns/shop/sa/*");
  private static final AuthMethodSpec.Jwt EMPLOYEES =
      TestToken.method(
          "employees",
          new JwksSpec.Inline(TestKeys.set(TestKeys.rsaJwk(TestKeys.RSA, "k1"))),
          JwsAlgorithm.RS256);
  private static final AuthMethodSpec.Anonymous PUBLIC = new AuthMethodSpec.Anonymous("public");

  private static final String DIGEST = "ab".repeat(32);
  private static final long END = 4_000_000_000L;

  private static AuthMethodSpec.Mtls mtls(String name, String... principals) {
    return AuthMethodSpec.Mtls.workloads(
        name, Stream.of(principals).map(PrincipalPattern::parse).toList());
  }

  private static Authenticator authenticator(AuthMethodSpec... methods)
      throws UnloadablePlanException {
    return new RouteAuthenticators(
            new TokenCache(1 << 20),
            Signatures.ofTheJvm(),
            uri -> new RemoteKeySet(uri, () -> Instant.EPOCH),
            _ -> null,
            (_, _) -> null,
            HolderProofs.alone(Signatures.ofTheJvm()),
            Revocations.NONE,
            new Introspections(
                _ -> {
                  throw new IllegalStateException("nobody is asked");
                },
                1 << 20,
                InstantSource.system()))
        .create(
            new RouteId("shop/orders"),
            new AuthenticationSpec(
                new PolicyRef("ApiPolicy", "shop", "orders"), Mode.ENFORCE, List.of(methods)));
  }

  private static Identity identity(AuthenticationResult result) {
    assertThat(result).isInstanceOf(AuthenticationResult.Authenticated.class);
    return ((AuthenticationResult.Authenticated) result).identity();
  }

  @Test
  void theIdentityIsTheSubject() throws Exception {
    Identity cart =
        identity(authenticator(SERVICES).authenticate(TestRequest.from(CART), Patience.COMPUTING));
    assertThat(cart.method()).isEqualTo("services");
    assertThat(cart.authenticated()).isTrue();
    assertThat(cart.subject()).isEqualTo(CART);
    assertThat(cart.claims()).isEmpty();
    assertThat(cart.scopes()).isEmpty();
  }

  @Test
  void anyPrincipalSuffices() throws Exception {
    Authenticator either = authenticator(mtls("services", BATCH, CART));
    assertThat(identity(either.authenticate(TestRequest.from(CART), Patience.COMPUTING)).subject())
        .isEqualTo(CART);
    assertThat(identity(either.authenticate(TestRequest.from(BATCH), Patience.COMPUTING)).subject())
        .isEqualTo(BATCH);
  }

  @Test
  void aClientFromOutsideIsTheFirstOfItsNamesThatIsNamed() throws Exception {
    AuthMethodSpec.Mtls partners =
        new AuthMethodSpec.Mtls(
            "partners",
            List.of(PrincipalPattern.parse(CART)),
            List.of(UriPattern.parse("https://partner.example/apps/*")),
            List.of(DnsNamePattern.parse("*.partner.example")),
            List.of(CertificateDigest.parse(DIGEST)));
    Authenticator gate = authenticator(partners);
    assertThat(
            subject(
                gate,
                "00".repeat(32),
                List.of("a.partner.example"),
                List.of("https://other.example/", "https://partner.example/apps/7")))
        .isEqualTo("https://partner.example/apps/7");
    assertThat(
            subject(
                gate,
                "00".repeat(32),
                List.of("other.example", "a.partner.example"),
                List.of("https://partner.example/apps/7/8")))
        .isEqualTo("a.partner.example");
    assertThat(subject(gate, DIGEST, List.of(), List.of())).isEqualTo("sha256:" + DIGEST);
    assertThat(
            gate.authenticate(
                showing("00".repeat(32), List.of("partner.example"), List.of(CART, "a,https://p/")),
                Patience.COMPUTING))
        .as("a workload's name is no name of a client")
        .isEqualTo(AuthenticationResult.Unaccepted.UNACCEPTED);
  }

  @Test
  void aClientsCertificateEndsItsIdentity() throws Exception {
    Identity client =
        identity(
            authenticator(
                    new AuthMethodSpec.Mtls(
                        "partners",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(CertificateDigest.parse(DIGEST))))
                .authenticate(showing(DIGEST, List.of(), List.of()), Patience.COMPUTING));
    assertThat(client.validUntil()).isEqualTo(END + 1);
  }

  private static String subject(
      Authenticator gate, String sha256, List<String> dnsNames, List<String> uris) {
    return identity(gate.authenticate(showing(sha256, dnsNames, uris), Patience.COMPUTING))
        .subject();
  }

  private static RequestContext showing(String sha256, List<String> dnsNames, List<String> uris) {
    return TestRequest.showing(
        new ClientCertificate(sha256, dnsNames, uris, Instant.ofEpochSecond(END)));
  }

  @Test
  void withoutOtherMethodsThereIsNoChallenge() throws Exception {
    Authenticator services = authenticator(SERVICES);
    assertThat(services.authenticate(TestRequest.of("/"), Patience.COMPUTING))
        .isEqualTo(AuthenticationResult.Unaccepted.UNACCEPTED);
    assertThat(services.authenticate(TestRequest.from(BATCH), Patience.COMPUTING))
        .isEqualTo(AuthenticationResult.Unaccepted.UNACCEPTED);
  }

  @Test
  void aPrincipalThatNobodyNamesIsNoCredentialThatFails() throws Exception {
    assertThat(
            identity(
                    authenticator(SERVICES, PUBLIC)
                        .authenticate(TestRequest.from(BATCH), Patience.COMPUTING))
                .authenticated())
        .isFalse();
    assertThat(
            authenticator(SERVICES, EMPLOYEES)
                .authenticate(TestRequest.from(BATCH), Patience.COMPUTING))
        .isInstanceOfSatisfying(
            AuthenticationResult.Missing.class,
            missing ->
                assertThat(missing.challenges()).containsExactly("Bearer realm=\"shop/orders\""));
  }

  @Test
  void goesOnToTheNextMethod() throws Exception {
    String bearer = "Bearer " + good().text();
    Authenticator both = authenticator(SERVICES, EMPLOYEES);
    assertThat(
            identity(
                    both.authenticate(
                        TestRequest.from(BATCH, "authorization", bearer), Patience.COMPUTING))
                .method())
        .isEqualTo("employees");
    assertThat(
            identity(
                    both.authenticate(
                        TestRequest.from(CART, "authorization", bearer), Patience.COMPUTING))
                .method())
        .isEqualTo("services");
    assertThat(
            identity(
                    authenticator(EMPLOYEES, SERVICES)
                        .authenticate(
                            TestRequest.from(CART, "authorization", bearer), Patience.COMPUTING))
                .method())
        .isEqualTo("employees");
  }

  @Test
  void aTokenThatFailsIsNotMadeAnonymousByACertificate() throws Exception {
    Authenticator all = authenticator(SERVICES, EMPLOYEES, PUBLIC);
    assertThat(
            all.authenticate(
                TestRequest.from(BATCH, "authorization", "Bearer x.y.z"), Patience.COMPUTING))
        .isInstanceOf(AuthenticationResult.Invalid.class);
  }

  @Test
  void readsNoHeader() throws Exception {
    assertThat(
            authenticator(SERVICES)
                .authenticate(
                    TestRequest.of(
                        "/", "x-forwarded-client-cert", "By=spiffe://cluster.local;URI=" + CART),
                    Patience.COMPUTING))
        .isEqualTo(AuthenticationResult.Unaccepted.UNACCEPTED);
  }

  @Test
  void aMethodWithoutPrincipalsDoesNotLoad() {
    assertThatThrownBy(() -> authenticator(mtls("services")))
        .isInstanceOf(UnloadablePlanException.class)
        .hasMessageContaining("method services names nobody");
  }
}
