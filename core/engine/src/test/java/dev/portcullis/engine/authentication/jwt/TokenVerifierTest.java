// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import static dev.portcullis.engine.authentication.TestToken.GOOD_PAYLOAD;
import static dev.portcullis.engine.authentication.TestToken.NOW;
import static dev.portcullis.engine.authentication.TestToken.base64;
import static dev.portcullis.engine.authentication.TestToken.good;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.TestToken;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attack list of tokens: every entry must be refused, each for its own reason. */
class TokenVerifierTest {
  private static final VerificationKeys KEYS =
      keys(
          TestKeys.set(
              TestKeys.rsaJwk(TestKeys.RSA, "k1"),
              TestKeys.ecJwk(TestKeys.EC, "e1"),
              TestKeys.edJwk("d1")));

  private static final TokenVerifier VERIFIER = verifier(JwsAlgorithm.values());

  private static TokenVerifier verifier(JwsAlgorithm... algorithms) {
    return new TokenVerifier(
        TestToken.method("employees", new JwksSpec.Inline("{}"), algorithms),
        Signatures.ofTheJvm());
  }

  private static VerificationKeys keys(String json) {
    try {
      return JwkSetReader.readPublic(json.getBytes(StandardCharsets.UTF_8)).keys();
    } catch (dev.portcullis.engine.authentication.json.MalformedTextException e) {
      throw new AssertionError(e);
    }
  }

  private static void refuses(String token, TokenFault fault) {
    assertThat(VERIFIER.verify(token, KEYS, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(fault));
  }

  private static void namesAnUnknownKey(String token, String name) {
    assertThat(VERIFIER.verify(token, KEYS, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.UnknownKey(name));
  }

  private static Identity believed(TokenVerdict verdict) {
    assertThat(verdict).isInstanceOf(VerifiedToken.class);
    return ((VerifiedToken) verdict).result().identity();
  }

  @Test
  void believesAGoodTokenAndReadsItOnce() {
    Identity identity =
        believed(
            VERIFIER.verify(
                good().withClaim("azp", "\"app\"").withClaim("groups", "[\"x\",\"y\"]").text(),
                KEYS,
                NOW,
                Patience.COMPUTING));
    assertThat(identity.method()).isEqualTo("employees");
    assertThat(identity.subject()).isEqualTo("ann");
    assertThat(identity.client()).isEqualTo("app");
    assertThat(identity.scopes()).containsExactly("a", "b");
    assertThat(identity.claims()).containsEntry("exp", NOW + 600);
    assertThat(identity.upstreamHeaders())
        .containsExactly(new HeaderField("x-user-id", "ann"), new HeaderField("x-groups", "x,y"));
  }

  @Test
  void believesEllipticAndEdwardsCurves() {
    assertThat(
            VERIFIER.verify(
                good()
                    .withHeader("{\"alg\":\"ES256\",\"kid\":\"e1\",\"typ\":\"at+jwt\"}")
                    .signedBy("SHA256withECDSAinP1363Format", TestKeys.EC.getPrivate())
                    .text(),
                KEYS,
                NOW,
                Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
    assertThat(
            VERIFIER.verify(
                good()
                    .withHeader("{\"alg\":\"EdDSA\",\"kid\":\"d1\",\"typ\":\"JWT\"}")
                    .signedBy("Ed25519", TestKeys.ED.getPrivate())
                    .text(),
                KEYS,
                NOW,
                Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
  }

  // 1. No algorithm.
  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "RS256 ", "rs256", "HS1", "RS1"})
  void refusesNoAlgorithm(String name) {
    String header = base64("{\"alg\":\"" + name + "\",\"kid\":\"k1\"}");
    refuses(header + "." + base64(GOOD_PAYLOAD) + ".", TokenFault.MALFORMED);
    refuses(good().withHeader("{\"alg\":\"" + name + "\"}").text(), TokenFault.MALFORMED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"alg\":null}", "{\"alg\":1}", "{\"alg\":[\"RS256\"]}", "[]"})
  void refusesAHeaderWithoutAlgorithm(String header) {
    refuses(good().withHeader(header).text(), TokenFault.MALFORMED);
  }

  @Test
  void refusesAnEmptyOrChangedSignature() {
    String token = good().text();
    int dot = token.lastIndexOf('.');
    refuses(token.substring(0, dot + 1), TokenFault.SIGNATURE);
    char first = token.charAt(dot + 1);
    refuses(
        token.substring(0, dot + 1) + (first == 'A' ? 'B' : 'A') + token.substring(dot + 2),
        TokenFault.SIGNATURE);
    refuses(
        good().signedBy("SHA256withRSA", TestKeys.OTHER_RSA.getPrivate()).text(),
        TokenFault.SIGNATURE);
  }

  // 2. The public key as the secret of an HMAC.
  static Stream<Arguments> publicKeyAsSecret() {
    byte[] der = TestKeys.RSA.getPublic().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END PUBLIC KEY-----\n";
    return Stream.of(
        arguments("der", der),
        arguments("pem", pem.getBytes(StandardCharsets.US_ASCII)),
        arguments("pem without end of line", pem.strip().getBytes(StandardCharsets.US_ASCII)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void publicKeyAsSecret(String form, byte[] secret) throws Exception {
    for (String kid : List.of(",\"kid\":\"k1\"", "")) {
      String input = base64("{\"alg\":\"HS256\"" + kid + "}") + "." + base64(GOOD_PAYLOAD);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HMAC"));
      String token = input + "." + base64(mac.doFinal(TestToken.ascii(input)));
      namesAnUnknownKey(token, kid.isEmpty() ? "" : "k1");
      assertThat(verifier(JwsAlgorithm.RS256).verify(token, KEYS, NOW, Patience.COMPUTING))
          .as("an algorithm that the policy does not name, as %s", form)
          .isEqualTo(new TokenVerdict.Refused(TokenFault.ALGORITHM));
    }
  }

  @Test
  void refusesAnAlgorithmThatThePolicyDoesNotName() {
    assertThat(verifier(JwsAlgorithm.ES256).verify(good().text(), KEYS, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.ALGORITHM));
  }

  @Test
  void refusesAKeyOfAnotherTypeThanTheAlgorithms() {
    namesAnUnknownKey(good().withHeader("{\"alg\":\"RS256\",\"kid\":\"e1\"}").text(), "e1");
    namesAnUnknownKey(good().withHeader("{\"alg\":\"ES256\",\"kid\":\"k1\"}").text(), "k1");
  }

  // 3. Names of keys.
  @ParameterizedTest
  @ValueSource(strings = {"../../dev/null", "' OR 1=1 --", "k2", "K1", "k1 ", "", "/etc/passwd"})
  void refusesKeysThatAreNotInTheSet(String kid) {
    namesAnUnknownKey(good().withHeader("{\"alg\":\"RS256\",\"kid\":\"" + kid + "\"}").text(), kid);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"k1\\u0000\"", "\"\\u007f\"", "\"\\n\"", "1", "{}", "[\"k1\"]", "true"})
  void refusesNamesOfKeysThatAreNone(String kid) {
    refuses(
        good().withHeader("{\"alg\":\"RS256\",\"kid\":" + kid + "}").text(), TokenFault.MALFORMED);
  }

  @Test
  void boundsNamesOfKeysAndTokens() {
    refuses(
        good().withHeader("{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(257) + "\"}").text(),
        TokenFault.MALFORMED);
    refuses("a".repeat(1 << 20), TokenFault.MALFORMED);
    refuses(good().withClaim("x", "\"" + "x".repeat(12_400) + "\"").text(), TokenFault.MALFORMED);
    assertThat(
            VERIFIER.verify(
                good().withClaim("x", "\"" + "x".repeat(11_000) + "\"").text(),
                KEYS,
                NOW,
                Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
  }

  @Test
  void triesEveryFittingKeyWhenTheTokenNamesNone() {
    assertThat(
            VERIFIER.verify(
                good().withHeader("{\"alg\":\"RS256\"}").text(), KEYS, NOW, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
  }

  // 4. Keys that the token brings along.
  @Test
  void ignoresKeysInTheHeader() {
    var mine = TestKeys.OTHER_RSA;
    for (String extra :
        List.of(
            "\"jwk\":" + TestKeys.rsaJwk(mine, "k1").toJSONString(),
            "\"jku\":\"https://evil.example/jwks\"",
            "\"x5u\":\"http://169.254.169.254/\"",
            "\"x5c\":[\"MIIB\"]")) {
      String header = "{\"alg\":\"RS256\",\"kid\":\"k1\"," + extra + "}";
      refuses(
          good().withHeader(header).signedBy("SHA256withRSA", mine.getPrivate()).text(),
          TokenFault.SIGNATURE);
      assertThat(VERIFIER.verify(good().withHeader(header).text(), KEYS, NOW, Patience.COMPUTING))
          .isInstanceOf(VerifiedToken.class);
    }
  }

  // 6. Elliptic-curve signatures that are no numbers of the curve.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000"
            + "0000000000000000000000000000000000000000000000000000000000000000",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
            + "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552"
            + "0000000000000000000000000000000000000000000000000000000000000001",
        "01",
        "3006020101020101",
        ""
      })
  void refusesSignaturesOffTheCurve(String hex) {
    String input = base64("{\"alg\":\"ES256\",\"kid\":\"e1\"}") + "." + base64(GOOD_PAYLOAD);
    refuses(input + "." + base64(java.util.HexFormat.of().parseHex(hex)), TokenFault.SIGNATURE);
  }

  @Test
  void refusesDerAndPaddedForms() {
    var token = good().withHeader("{\"alg\":\"ES256\",\"kid\":\"e1\"}");
    refuses(
        token.signedBy("SHA256withECDSA", TestKeys.EC.getPrivate()).text(), TokenFault.SIGNATURE);
    String right = token.signedBy("SHA256withECDSAinP1363Format", TestKeys.EC.getPrivate()).text();
    byte[] signature = Base64.getUrlDecoder().decode(right.substring(right.lastIndexOf('.') + 1));
    byte[] padded = new byte[66];
    System.arraycopy(signature, 0, padded, 1, 32);
    System.arraycopy(signature, 32, padded, 34, 32);
    refuses(right.substring(0, right.lastIndexOf('.') + 1) + base64(padded), TokenFault.SIGNATURE);
  }

  // 7. and 8. Encryption, nesting, compression, extensions, JSON serialisation.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"cty\":\"JWT\"",
        "\"enc\":\"A128GCM\"",
        "\"zip\":\"DEF\"",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"crit\":[]",
        "\"crit\":[\"exp\"],\"exp\":1",
        "\"b64\":false",
        "\"b64\":true",
        "\"alg\":\"RS256\"",
        "\"typ\":1"
      })
  void refusesHeadersThatChangeTheMeaning(String member) {
    refuses(
        good().withHeader("{\"alg\":\"RS256\",\"kid\":\"k1\"," + member + "}").text(),
        TokenFault.MALFORMED);
  }

  @Test
  void refusesEncryptedAndJsonForms() {
    refuses(
        base64("{\"alg\":\"PBES2-HS256+A128KW\",\"p2c\":2147483647,\"enc\":\"A128GCM\"}")
            + ".AAAA.AAAA.AAAA.AAAA",
        TokenFault.MALFORMED);
    String[] parts = good().text().split("\\.", -1);
    refuses(
        "{\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\"}"
            .formatted(parts[1], parts[0], parts[2]),
        TokenFault.MALFORMED);
  }

  // 9. Times.
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = ';',
      value = {
        "exp; -; EXPIRY_MISSING",
        "exp; null; EXPIRY_MISSING",
        "exp; 1800000600.0; CLAIMS",
        "exp; 1.8e9; CLAIMS",
        "exp; \"1800000600\"; CLAIMS",
        "exp; 9223372036854775807; CLAIMS",
        "exp; 9223372036854775808; CLAIMS",
        "exp; 253402300800; CLAIMS",
        "exp; -1; CLAIMS",
        "exp; true; CLAIMS",
        "exp; [1800000600]; CLAIMS",
        "exp; 0; EXPIRED",
        "exp; 1799999970; EXPIRED",
        "nbf; 1800000031; NOT_YET_VALID",
        "nbf; \"0\"; CLAIMS",
        "nbf; 1.5; CLAIMS",
        "iat; 1800000031; ISSUED_IN_FUTURE",
        "iat; 9223372036854775808; CLAIMS",
        "sub; 1; CLAIMS",
        "sub; {}; CLAIMS"
      })
  void refusesWrongTimes(String claim, @Nullable String json, TokenFault fault) {
    refuses(good().withClaim(claim, json).text(), fault);
  }

  @ParameterizedTest
  @CsvSource({"exp, 1799999971", "nbf, 1800000030", "iat, 1800000030"})
  void forgivesTheSkewAndNotASecondMore(String claim, String json) {
    assertThat(VERIFIER.verify(good().withClaim(claim, json).text(), KEYS, NOW, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
  }

  // 10. Issuer, audience, type.
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      delimiter = ';',
      value = {
        "aud; -; AUDIENCE",
        "aud; \"\"; AUDIENCE",
        "aud; \"Orders\"; AUDIENCE",
        "aud; \"orders \"; AUDIENCE",
        "aud; []; AUDIENCE",
        "aud; [\"x\"]; AUDIENCE",
        "aud; [\"orders\",1]; AUDIENCE",
        "aud; [[\"orders\"]]; AUDIENCE",
        "aud; {\"orders\":1}; AUDIENCE",
        "aud; 1; AUDIENCE",
        "iss; -; ISSUER",
        "iss; \"https://idp.example.com\"; ISSUER",
        "iss; \"https://IDP.example.com/\"; ISSUER",
        "iss; [\"https://idp.example.com/\"]; ISSUER"
      })
  void refusesOtherIssuersAndAudiences(String claim, @Nullable String json, TokenFault fault) {
    refuses(good().withClaim(claim, json).text(), fault);
  }

  @Test
  void acceptsAnyOfTheAudiencesInAList() {
    assertThat(
            VERIFIER.verify(
                good().withClaim("aud", "[\"x\",\"billing\"]").text(),
                KEYS,
                NOW,
                Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", "", "id_token"})
  void refusesTokensOfAnotherType(String type) {
    refuses(
        good().withHeader("{\"alg\":\"RS256\",\"kid\":\"k1\",\"typ\":\"" + type + "\"}").text(),
        TokenFault.TYPE);
  }

  // 11. Two ways to read the text.
  @Test
  void refusesTextsThatCanBeReadInTwoWays() {
    refuses(
        good().withPayload(GOOD_PAYLOAD.replace("{", "{\"iss\":\"x\",")).text(),
        TokenFault.MALFORMED);
    refuses(
        good().withHeader("{\"alg\":\"RS256\",\"kid\":\"k1\",\"kid\":\"k1\"}").text(),
        TokenFault.MALFORMED);
    refuses(
        good().withClaim("x", "[".repeat(5000) + "]".repeat(5000)).text(), TokenFault.MALFORMED);
    refuses(good().withPayload("[]").text(), TokenFault.MALFORMED);
    refuses(good().withPayload("").text(), TokenFault.MALFORMED);
  }

  static Stream<String> respelled() {
    String token = good().text();
    int dot = token.indexOf('.');
    String last = token.substring(token.length() - 1);
    // 256 bytes leave four unused bits in the last of 342 characters.
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char other = alphabet.charAt(alphabet.indexOf(last) | 1);
    return Stream.of(
        token + "=",
        token + "==",
        token + " ",
        token + "\n",
        " " + token,
        token.substring(0, dot) + "=" + token.substring(dot),
        token.substring(0, 5) + "\n" + token.substring(5),
        token.substring(0, 5) + "\u0000" + token.substring(5),
        token.substring(0, 5) + "\u0142" + token.substring(5),
        token.substring(0, token.length() - 1) + other,
        token.replaceFirst("\\.", ".."),
        "." + token,
        token + ".",
        token.substring(0, token.lastIndexOf('.')));
  }

  @ParameterizedTest
  @MethodSource
  void respelled(String token) {
    refuses(token, TokenFault.MALFORMED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      nullValues = "-",
      value = {
        "\"ann\\r\\nx: y\"; -",
        "\"ann\\u0000\"; -",
        "\" ann\"; -",
        "\"J\u00fcrgen\"; -",
        "\"a b\"; a b"
      })
  void passesOnOnlyWhatAHeaderCanHold(String subject, @Nullable String header) {
    Identity identity =
        believed(
            VERIFIER.verify(
                good().withClaim("sub", subject).text(), KEYS, NOW, Patience.COMPUTING));
    assertThat(identity.upstreamHeaders())
        .isEqualTo(header == null ? List.of() : List.of(new HeaderField("x-user-id", header)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":1}", "[\"a,b\"]", "[[\"a\"]]", "[]", "[\"a\",{}]"})
  void passesOnNoObjectsAndNoListsThatWouldReadOtherwise(String groups) {
    Identity identity =
        believed(
            VERIFIER.verify(
                good().withClaim("groups", groups).text(), KEYS, NOW, Patience.COMPUTING));
    assertThat(identity.upstreamHeaders()).containsExactly(new HeaderField("x-user-id", "ann"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "scope; \"a  b \"; a|b",
        "scope; [\"a\",\"b\",1]; a|b",
        "scp; \"a b\"; a|b",
        "scp; [\"a\"]; a",
        "scope; \"\"; ''",
        "scope; 7; ''"
      })
  void readsScopesInEveryForm(String claim, String json, String scopes) {
    var token = good().withClaim("scope", null).withClaim(claim, json);
    assertThat(
            String.join(
                "|",
                believed(VERIFIER.verify(token.text(), KEYS, NOW, Patience.COMPUTING)).scopes()))
        .isEqualTo(scopes);
  }

  @Test
  void buysNoSignatureCheckForATokenThatFailsAnyway() {
    assertThat(VERIFIER.verify(good().text(), KEYS, NOW, Patience.NONE))
        .isEqualTo(TokenVerdict.Waits.WAITS);
    assertThat(VERIFIER.verify(good().withClaim("exp", "1").text(), KEYS, NOW, Patience.NONE))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.EXPIRED));
    String unknown = good().withHeader("{\"alg\":\"RS256\",\"kid\":\"other\"}").text();
    assertThat(VERIFIER.verify(unknown, KEYS, NOW, Patience.NONE))
        .isEqualTo(new TokenVerdict.UnknownKey("other"));
  }
}
