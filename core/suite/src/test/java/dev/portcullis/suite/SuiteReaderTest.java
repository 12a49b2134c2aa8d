// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SuiteReaderTest {
  private final Suite suite = SuiteReader.read(Path.of("src/test/resources/sample.yaml"));

  @Test
  void readsCasesInTheirOrder() {
    Case second = suite.cases().get(1);
    assertThat(second.request().headers()).hasSize(2);
    assertThat(second.layers()).containsExactlyInAnyOrder(Case.Layer.ENGINE, Case.Layer.ENVOY);
    assertThat(suite.cases().getFirst().request().host()).isEqualTo("orders.shop");
    assertThat(suite.cases().getFirst().request().principal()).isEmpty();
  }

  @Test
  void fillsPlaceholders() {
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    Case.Request filled = fixtures.fill(suite.cases().get(1).request());
    assertThat(filled.path()).isEqualTo("/orders?x=aaaaa");
    assertThat(filled.principal()).isEqualTo("spiffe://cluster.local/aaa");
    assertThat(filled.headers().getFirst().value()).isEqualTo(fixtures.apiKeys().getFirst().text());
  }

  @Test
  void mintsTokensThatAnotherImplementationVerifies() throws Exception {
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    assertThat(
            token(fixtures, "alice")
                .verify(new RSASSAVerifier(key(fixtures, "shop/idp/jwks").toRSAKey())))
        .isTrue();
    assertThat(
            token(fixtures, "carol")
                .verify(new ECDSAVerifier(key(fixtures, "shop/idp-ec/jwks").toECKey())))
        .isTrue();
    assertThat(
            token(fixtures, "erin")
                .verify(new RSASSAVerifier(key(fixtures, "shop/idp-pss/jwks").toRSAKey())))
        .isTrue();
  }

  @Test
  void mintsTokensThatNobodySigned() throws Exception {
    Fixtures fixtures = new Fixtures(suite, Clock.systemUTC());
    assertThat(PlainJWT.parse(text(fixtures, "unsigned")).getJWTClaimsSet().getSubject())
        .isEqualTo("alice");
  }

  @Test
  void partsThatAreLooseAreSignedAsTheyStand(@TempDir Path directory) throws Exception {
    Fixtures fixtures = fixtures(directory);
    JWK key = key(fixtures, "shop/idp/jwks");
    for (String name : List.of("header", "payload", "signature")) {
      SignedJWT token = token(fixtures, name);
      assertThat(token.verify(new ECDSAVerifier(key.toECKey()))).as(name).isTrue();
      assertThat(token.getParsedParts())
          .filteredOn(part -> !Base64URL.encode(part.decode()).equals(part))
          .as(name)
          .hasSize(1);
    }
  }

  @Test
  void issuersAtOnePlaceHaveOneSet(@TempDir Path directory) throws Exception {
    byte[] jwks = Objects.requireNonNull(fixtures(directory).secrets().get("shop/idp/jwks"));
    List<JWK> keys = JWKSet.parse(new String(jwks, StandardCharsets.UTF_8)).getKeys();
    assertThat(keys).extracting(JWK::getKeyID).containsExactly("idp", "weak");
    assertThat(keys.getLast().size()).isEqualTo(1024);
    assertThat(keys.getLast().getKeyUse()).isEqualTo(KeyUse.ENCRYPTION);
  }

  @Test
  void keysThatNobodyIssuedHaveNoResource(@TempDir Path directory) throws Exception {
    Fixtures fixtures = fixtures(directory);
    assertThat(fixtures.apiKeys()).extracting(IssuedKey::name).containsExactly("guessed", "early");
    IssuedKey guessed = fixtures.apiKeys().getFirst();
    assertThat(guessed.resource())
        .contains("id: \"" + guessed.key().id() + "\"")
        .doesNotContain(guessed.key().sha256());
    assertThat(fixtures.apiKeys().getLast().resource())
        .contains("notBefore: \"2999-01-01T00:00:00Z\"");
  }

  private static Fixtures fixtures(Path directory) throws IOException {
    Path file = directory.resolve("attacks.yaml");
    Files.writeString(
        file,
        """
        kind: PolicyTest
        services: [shop/orders]
        issuers:
          idp: {algorithm: ES256, secret: shop/idp/jwks}
          weak: {algorithm: RS256, secret: shop/idp/jwks, bits: 1024, jwk: {use: enc}}
        tokens:
          header: {issuer: idp, loose: header}
          payload: {issuer: idp, loose: payload}
          signature: {issuer: idp, loose: signature}
        apiKeys:
          unknown: {namespace: shop, client: a, known: nothing}
          guessed: {namespace: shop, client: b, known: id}
          early: {namespace: shop, client: c, notBefore: "2999-01-01T00:00:00Z"}
        cases:
        - {name: x, request: {}, expect: {status: 200}}
        """);
    return new Fixtures(SuiteReader.read(file), Clock.systemUTC());
  }

  @Test
  void saysWhereAFieldIsWrong(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("wrong.yaml");
    Files.writeString(
        file,
        "kind: PolicyTest\n"
            + "services: [a/b]\n"
            + "cases:\n"
            + "- {name: x, request: {}, expect: {stauts: 200}}\n");
    assertThatThrownBy(() -> SuiteReader.read(file))
        .isInstanceOf(SuiteException.class)
        .hasMessageContaining("wrong.yaml:4: $.cases[0].expect.stauts");
  }

  @Test
  void comparesWhatIsSaidAndNothingElse() {
    Expectation wanted =
        new Expectation(
            200, false, null, null, null, Map.of(), Map.of("x-user-id", "alice"), null, null, null);
    Observation seen =
        new Observation(
            200, null, null, Map.of(), Map.of("x-user-id", "mallory"), null, null, null, "");
    assertThat(wanted.differences(seen))
        .isEqualTo(List.of("wanted upstream header x-user-id to be alice, got mallory"));
  }

  @Test
  void aRefusalThatReachedTheUpstreamIsNone() {
    Expectation wanted =
        new Expectation(403, false, null, null, null, Map.of(), Map.of(), null, null, null);
    Observation passed = new Observation(403, null, null, Map.of(), Map.of(), null, null, null, "");
    Observation refused = new Observation(403, null, null, Map.of(), null, null, null, null, "");
    assertThat(wanted.differences(passed))
        .containsExactly("wanted a refusal, but it reached the upstream, which said 403");
    assertThat(wanted.differences(refused)).isEmpty();
  }

  @Test
  void asksWhetherALimitHeldIt() {
    Expectation wanted =
        new Expectation(null, false, null, null, null, Map.of(), Map.of(), null, null, true);
    Observation held = new Observation(200, null, null, Map.of(), Map.of(), null, true, null, "");
    Observation unknown =
        new Observation(200, null, null, Map.of(), Map.of(), null, null, null, "");
    assertThat(wanted.asksNothing()).isFalse();
    assertThat(wanted.differences(held)).isEmpty();
    assertThat(wanted.differences(unknown)).containsExactly("wanted delayed to be true, got null");
  }

  @Test
  void knowsTheLineOfEachCase() {
    assertThat(suite.cases()).extracting(Case::line).containsExactly(19, 24);
  }

  private static SignedJWT token(Fixtures fixtures, String name) throws Exception {
    return SignedJWT.parse(text(fixtures, name));
  }

  private static String text(Fixtures fixtures, String name) {
    Case.Header header = new Case.Header("t", "${token." + name + "}");
    Case.Request request =
        new Case.Request("GET", "/", "h", "HTTP/1.1", List.of(header), "127.0.0.1", "", null, "");
    return fixtures.fill(request).headers().getFirst().value();
  }

  private static JWK key(Fixtures fixtures, String secret) throws Exception {
    byte[] jwks = fixtures.secrets().get(secret);
    assertThat(jwks).isNotNull();
    return JWKSet.parse(new String(jwks, StandardCharsets.UTF_8)).getKeys().getFirst();
  }
}
