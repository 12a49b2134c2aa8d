// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.Patience;
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
import dev.portcullis.engine.authentication.proof.ProofFault;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RouteId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tokens that count over the connection whose certificate they name, and over no other. */
class BoundTokenTest {
  private static final String CHALLENGE = "Bearer realm=\"shop/orders\", error=\"invalid_token\"";
  private static final Instant LATER = Instant.ofEpochSecond(4_000_000_000L);
  private static final ClientCertificate HOLDER = certificate("ab", LATER);
  private static final ClientCertificate THIEF = certificate("cd", LATER);
  private static final AuthMethodSpec.Jwt PLAIN =
      TestToken.method(
          "banks",
          new JwksSpec.Inline(TestKeys.set(TestKeys.rsaJwk(TestKeys.RSA, "k1"))),
          JwsAlgorithm.RS256);
  private static final AuthMethodSpec.Jwt BOUND = PLAIN.withProof(new ProofSpec.MutualTls());

  private final TokenCache cache = new TokenCache(1 << 20);
  private final RouteAuthenticators factory =
      new RouteAuthenticators(
          cache,
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
              InstantSource.system()));

  private static ClientCertificate certificate(String pair, Instant end) {
    return new ClientCertificate(pair.repeat(32), List.of(), List.of(), end);
  }

  private Authenticator authenticator(AuthMethodSpec... methods) throws Exception {
    return factory.create(
        new RouteId("shop/orders"),
        new AuthenticationSpec(
            new PolicyRef("ApiPolicy", "shop", "orders"), Mode.ENFORCE, List.of(methods)));
  }

  private static String token(ClientCertificate holder) {
    return TestToken.good()
        .withClaim("cnf", "{\"x5t#S256\":\"" + holder.thumbprint() + "\"}")
        .text();
  }

  private static AuthenticationResult show(
      Authenticator authenticator, ClientCertificate certificate, String token) {
    return authenticator.authenticate(
        TestRequest.showing(certificate, "authorization", "Bearer " + token), Patience.COMPUTING);
  }

  private static Identity identity(AuthenticationResult result) {
    assertThat(result).isInstanceOf(AuthenticationResult.Authenticated.class);
    return ((AuthenticationResult.Authenticated) result).identity();
  }

  private static AuthenticationResult unproven(ProofFault fault) {
    return new AuthenticationResult.Unproven(
        "banks", fault.description(), List.of(CHALLENGE), null);
  }

  @Test
  void whatIsRememberedOfATokenProvesNoHolder() throws Exception {
    Authenticator banks = authenticator(BOUND);
    String token = token(HOLDER);
    assertThat(identity(show(banks, HOLDER, token)).method()).isEqualTo("banks");
    assertThat(cache.size()).isEqualTo(1);
    assertThat(show(banks, THIEF, token)).isEqualTo(unproven(ProofFault.CERTIFICATE));
    assertThat(
            banks.authenticate(
                TestRequest.of("/", "authorization", "Bearer " + token), Patience.COMPUTING))
        .isEqualTo(unproven(ProofFault.NO_CERTIFICATE));
    assertThat(cache.size()).isEqualTo(1);
    assertThat(identity(show(banks, HOLDER, token)).method()).isEqualTo("banks");
  }

  @Test
  void whatIsRememberedUnderOneMethodDoesNotHoldUnderAnother() throws Exception {
    String token = token(HOLDER);
    assertThat(identity(show(authenticator(BOUND), HOLDER, token)).method()).isEqualTo("banks");
    assertThat(show(authenticator(PLAIN), HOLDER, token))
        .isInstanceOf(AuthenticationResult.Invalid.class);
    assertThat(
            show(
                authenticator(PLAIN.withProof(new ProofSpec.Dpop(List.of(), false))),
                HOLDER,
                token))
        .isInstanceOf(AuthenticationResult.Invalid.class);
    String free = TestToken.good().text();
    assertThat(identity(show(authenticator(PLAIN), HOLDER, free)).method()).isEqualTo("banks");
    assertThat(show(authenticator(BOUND), HOLDER, free))
        .isInstanceOf(AuthenticationResult.Invalid.class);
  }

  @Test
  void aWorkloadIsNotTheHolder() throws Exception {
    assertThat(
            authenticator(BOUND)
                .authenticate(
                    TestRequest.from(
                        "spiffe://cluster.local/ns/edge/sa/gateway",
                        "authorization",
                        "Bearer " + token(HOLDER)),
                    Patience.COMPUTING))
        .isEqualTo(unproven(ProofFault.NO_CERTIFICATE));
  }

  @Test
  void endsWithTheTokenOrTheCertificateWhicheverEndsFirst() throws Exception {
    Authenticator banks = authenticator(BOUND);
    long tokenEnds = identity(show(banks, HOLDER, token(HOLDER))).validUntil();
    assertThat(tokenEnds).isLessThan(LATER.getEpochSecond());
    ClientCertificate brief = certificate("ab", Instant.ofEpochSecond(TestToken.NOW + 1));
    assertThat(identity(show(banks, brief, token(brief))).validUntil())
        .isEqualTo(TestToken.NOW + 2);
    assertThat(identity(show(banks, HOLDER, token(HOLDER))).validUntil()).isEqualTo(tokenEnds);
  }
}
