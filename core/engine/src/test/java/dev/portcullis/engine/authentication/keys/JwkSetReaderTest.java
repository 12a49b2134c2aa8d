// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwkSetReaderTest {
  private static final String GOOD = TestKeys.rsaJwk(TestKeys.RSA, "k1").toJSONString();
  private static final String EC = TestKeys.ecJwk(TestKeys.EC, "e1").toJSONString();

  private static KeySetText read(String json) throws MalformedTextException {
    return JwkSetReader.readPublic(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsEveryKindOfPublicKey() throws Exception {
    KeySetText set = read(TestKeys.set(GOOD, EC, TestKeys.edJwk("d1")));
    assertThat(set.skipped()).isEmpty();
    assertThat(set.keys().all()).extracting(VerificationKey::id).containsExactly("k1", "e1", "d1");
    assertThat(set.keys().all().get(0).algorithms())
        .contains(JwsAlgorithm.RS256, JwsAlgorithm.PS512)
        .doesNotContain(JwsAlgorithm.HS256, JwsAlgorithm.ES256);
    assertThat(set.keys().all().get(1).algorithms()).containsExactly(JwsAlgorithm.ES256);
    assertThat(set.keys().all().get(2).algorithms()).containsExactly(JwsAlgorithm.EdDSA);
    assertThat(set.keys().all().get(2).key()).isEqualTo(TestKeys.ED.getPublic());
  }

  static Stream<Arguments> doubtful() {
    var small = TestKeys.rsa(1024);
    return Stream.of(
        arguments(
            "private",
            new RSAKey.Builder((RSAPublicKey) TestKeys.RSA.getPublic())
                .privateKey(TestKeys.RSA.getPrivate())
                .build()
                .toJSONString()),
        arguments(
            "private",
            new ECKey.Builder(Curve.P_256, (ECPublicKey) TestKeys.EC.getPublic())
                .privateKey(TestKeys.EC.getPrivate())
                .build()
                .toJSONString()),
        arguments("symmetric", "{\"kty\":\"oct\",\"k\":\"" + "A".repeat(43) + "\"}"),
        arguments("1024 bits", TestKeys.rsaJwk(small, "s").toJSONString()),
        arguments("use is not sig", GOOD.replace("{", "{\"use\":\"enc\",")),
        arguments("use is not sig", GOOD.replace("{", "{\"use\":7,")),
        arguments("key_ops", GOOD.replace("{", "{\"key_ops\":[\"sign\"],")),
        arguments("key_ops", GOOD.replace("{", "{\"key_ops\":\"verify\",")),
        arguments("alg does not fit", GOOD.replace("{", "{\"alg\":\"ES256\",")),
        arguments("alg does not fit", GOOD.replace("{", "{\"alg\":\"RSA-OAEP\",")),
        arguments("alg does not fit", GOOD.replace("{", "{\"alg\":\"none\",")),
        arguments("alg does not fit", EC.replace("{", "{\"alg\":\"ES384\",")),
        arguments("its numbers", GOOD.replace("\"AQAB\"", "\"AQ\"")),
        arguments("exponent", GOOD.replace("\"AQAB\"", "\"BA\"")),
        arguments("exponent", GOOD.replace("\"AQAB\"", "\"AQAAAAAAAAAB\"")),
        arguments("not a JWK", EC.replace("P-256", "P-384")),
        arguments("curve", ecOfAnotherCurve()),
        arguments("curve", TestKeys.edJwk("x").replace("Ed25519", "X25519")),
        arguments("curve", TestKeys.edJwk("x").replace("\"x\":\"", "\"x\":\"AAAA")),
        arguments("kid is longer", GOOD.replace("\"k1\"", "\"" + "k".repeat(257) + "\"")),
        arguments("not a JWK", "{\"kty\":\"RSA\"}"),
        arguments("not a JWK", "{\"kty\":\"XYZ\"}"),
        arguments("not a JWK", "{}"),
        arguments("not an object", "7"));
  }

  private static String ecOfAnotherCurve() {
    return "{\"kty\":\"EC\",\"crv\":\"secp256k1\","
        + "\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\","
        + "\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\"}";
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource
  void doubtful(String why, String jwk) throws Exception {
    KeySetText set = read(TestKeys.set(jwk, EC));
    assertThat(set.keys().all()).extracting(VerificationKey::id).containsExactly("e1");
    assertThat(set.skipped()).singleElement().asString().startsWith("keys[0]: ").contains(why);
    assertThatThrownBy(() -> read(TestKeys.set(jwk)))
        .isInstanceOf(MalformedTextException.class)
        .hasMessageContaining(why);
  }

  @Test
  void ignoresCertificates() throws Exception {
    assertThat(read(TestKeys.set(GOOD.replace("{", "{\"x5c\":[\"AAAA\"],"))).skipped()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>502</html>",
        "{}",
        "[]",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[],\"keys\":[]}"
      })
  void refusesWhatIsNoSet(String json) {
    assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedTextException.class);
  }

  @Test
  void boundsSizeAndNumber() {
    assertThatThrownBy(() -> read(" ".repeat(JwkSetReader.MAX_BYTES + 1)))
        .hasMessageContaining("1048576 bytes");
    assertThatThrownBy(() -> read("{\"keys\":[" + "1,".repeat(100) + "1]}"))
        .hasMessageContaining("100 keys");
  }

  @Test
  void secretsMayBeSymmetric() throws Exception {
    String oct = "{\"keys\":[{\"kty\":\"oct\",\"k\":\"" + "A".repeat(64) + "\"}]}";
    assertThat(
            JwkSetReader.readSecret(oct.getBytes(StandardCharsets.UTF_8))
                .keys()
                .all()
                .getFirst()
                .algorithms())
        .containsExactlyInAnyOrder(JwsAlgorithm.HS256, JwsAlgorithm.HS384);
    assertThat(JwkSetReader.readSecret(plain(64)).keys().all().getFirst().algorithms()).hasSize(3);
    assertThatThrownBy(() -> JwkSetReader.readSecret(plain(31))).hasMessageContaining("32 bytes");
    assertThatThrownBy(() -> JwkSetReader.readSecret(new byte[0])).hasMessageContaining("empty");
  }

  private static byte[] plain(int length) {
    byte[] secret = new byte[length];
    java.util.Arrays.fill(secret, (byte) 's');
    return secret;
  }

  @Test
  void showsNoKeyMaterial() throws Exception {
    VerificationKey key = JwkSetReader.readSecret(plain(40)).keys().all().getFirst();
    assertThat(key.toString()).doesNotContain("ssss", "115, 115").contains("HS256");
  }
}
