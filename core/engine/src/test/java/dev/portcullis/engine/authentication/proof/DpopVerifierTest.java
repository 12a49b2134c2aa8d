// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import dev.portcullis.engine.Answered;
import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.TestToken;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.keys.HolderKeys;
import dev.portcullis.engine.port.SharedProofs;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Hop;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.ProofSpec;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of RFC 9449 section 4.3, one after the other. */
class DpopVerifierTest {
  private static final long NOW = TestToken.NOW;
  private static final String TOKEN = "header.claims.signature";
  private static final KeyPair HOLDER = TestKeys.EC;
  private static final JWK JWK_OF_HOLDER = bare(TestKeys.ecJwk(HOLDER, "x"));
  private static final String URL = "https://orders.shop/orders/7";

  private final byte[] nonceKey = new byte[32];
  private final AtomicLong requests = new AtomicLong();
  private final ReplayWindow window = new ReplayWindow(6400);
  private final HolderProofs shared =
      new HolderProofs(
          Signatures.ofTheJvm(),
          new HolderKeys(),
          window,
          null,
          Nonces.shared(() -> List.of(nonceKey)));
  private final DpopVerifier verifier = verifier(new ProofSpec.Dpop(List.of(), false));

  private DpopVerifier verifier(ProofSpec.Dpop spec) {
    return new DpopVerifier("shop", spec, Duration.ofSeconds(30), shared);
  }

  private static JWK bare(JWK jwk) {
    return ((ECKey) jwk).toPublicJWK();
  }

  private static Map<String, Object> claims(JWK holder) throws Exception {
    return Map.of("cnf", Map.of("jkt", holder.computeThumbprint().toString()));
  }

  private static String hash(String token) throws Exception {
    return TestToken.base64(
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String proof(String header, String claims, PrivateKey key) {
    String input = TestToken.base64(header) + "." + TestToken.base64(claims);
    return input
        + "."
        + TestToken.base64(
            TestKeys.sign("SHA256withECDSAinP1363Format", key, TestToken.ascii(input)));
  }

  private static String header(String jwk) {
    return "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" + jwk + "}";
  }

  private static String says(String jti, String htm, String htu, long iat, String more)
      throws Exception {
    return "{\"jti\":\"%s\",\"htm\":\"%s\",\"htu\":\"%s\",\"iat\":%d,\"ath\":\"%s\"%s}"
        .formatted(jti, htm, htu, iat, hash(TOKEN), more);
  }

  private static String good(String jti) throws Exception {
    return proof(
        header(JWK_OF_HOLDER.toJSONString()), says(jti, "GET", URL, NOW, ""), HOLDER.getPrivate());
  }

  private RequestContext request(Hop hop, String scheme, String... proofs) {
    Headers.Builder headers = Headers.builder(2);
    for (String proof : proofs) {
      headers.add("DPoP", proof);
    }
    return new RequestContext(
        new RequestLine("GET", "/orders/7?a=b", "orders.shop", scheme, "HTTP/2"),
        headers.build(),
        new Peer(IpAddress.parse("192.0.2.1"), 40_000, null, hop),
        "request-" + requests.incrementAndGet(),
        Instant.ofEpochSecond(NOW));
  }

  private ProofVerdict judge(String... proofs) throws Exception {
    return judge(verifier, request(Hop.DIRECT, "https", proofs));
  }

  private static ProofVerdict judge(DpopVerifier by, RequestContext request) throws Exception {
    return by.verify(request, TOKEN, claims(JWK_OF_HOLDER), Patience.COMPUTING);
  }

  private static ProofVerdict refused(ProofFault fault) {
    return new ProofVerdict.Refused(fault);
  }

  @Test
  void believesTheHolder() throws Exception {
    assertThat(judge(good("1"))).isEqualTo(ProofVerdict.Holds.HOLDS);
  }

  @Test
  void wantsOneProof() throws Exception {
    assertThat(judge()).isEqualTo(refused(ProofFault.MISSING));
    assertThat(judge(good("1"), good("2"))).isEqualTo(refused(ProofFault.REPEATED));
    assertThat(judge(good("3"), good("3"))).isEqualTo(refused(ProofFault.REPEATED));
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          '{"typ":"JWT","alg":"ES256","jwk":KEY}', TYPE
          '{"alg":"ES256","jwk":KEY}', TYPE
          '{"typ":"dpop+jwt","alg":"HS256","jwk":KEY}', ALGORITHM
          '{"typ":"dpop+jwt","alg":"RS256","jwk":KEY}', ALGORITHM
          '{"typ":"dpop+jwt","alg":"ES384","jwk":KEY}', ALGORITHM
          '{"typ":"dpop+jwt","alg":"none","jwk":KEY}', MALFORMED
          '{"typ":"dpop+jwt","alg":"ES256"}', KEY
          '{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"oct","k":"AAAA"}}', KEY
          '{"typ":"dpop+jwt","alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"AA"}}', KEY
          '{"typ":"dpop+jwt","alg":"ES256","jwk":KEY,"crit":["x"],"x":1}', MALFORMED
          """)
  void wantsTheRightHeader(String header, ProofFault fault) throws Exception {
    String text = header.replace("KEY", JWK_OF_HOLDER.toJSONString());
    assertThat(judge(proof(text, says("1", "GET", URL, NOW, ""), HOLDER.getPrivate())))
        .isEqualTo(refused(fault));
  }

  @Test
  void takesNoPrivateKey() throws Exception {
    String whole =
        new ECKey.Builder((ECKey) JWK_OF_HOLDER)
            .privateKey((ECPrivateKey) HOLDER.getPrivate())
            .build()
            .toJSONString();
    assertThat(judge(proof(header(whole), says("1", "GET", URL, NOW, ""), HOLDER.getPrivate())))
        .isEqualTo(refused(ProofFault.KEY));
  }

  @Test
  void takesNoWeakKey() throws Exception {
    KeyPair weak = TestKeys.rsa(1024);
    JWK jwk = ((com.nimbusds.jose.jwk.RSAKey) TestKeys.rsaJwk(weak, "x")).toPublicJWK();
    String header = "{\"typ\":\"dpop+jwt\",\"alg\":\"RS256\",\"jwk\":" + jwk.toJSONString() + "}";
    String input =
        TestToken.base64(header) + "." + TestToken.base64(says("1", "GET", URL, NOW, ""));
    byte[] signature = TestKeys.sign("SHA256withRSA", weak.getPrivate(), TestToken.ascii(input));
    assertThat(
            verifier.verify(
                request(Hop.DIRECT, "https", input + "." + TestToken.base64(signature)),
                TOKEN,
                claims(jwk),
                Patience.COMPUTING))
        .isEqualTo(refused(ProofFault.KEY));
  }

  @Test
  void takesTheHoldersKeyOnly() throws Exception {
    KeyPair thief = TestKeys.ec("secp256r1");
    String jwk = bare(TestKeys.ecJwk(thief, "x")).toJSONString();
    assertThat(judge(proof(header(jwk), says("1", "GET", URL, NOW, ""), thief.getPrivate())))
        .isEqualTo(refused(ProofFault.HOLDER));
    assertThat(
            judge(
                proof(
                    header(JWK_OF_HOLDER.toJSONString()),
                    says("1", "GET", URL, NOW, ""),
                    thief.getPrivate())))
        .isEqualTo(refused(ProofFault.SIGNATURE));
    assertThat(judge(good("1"))).as("nobody used it up").isEqualTo(ProofVerdict.Holds.HOLDS);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, https://orders.shop/orders/7, METHOD",
    "get, https://orders.shop/orders/7, METHOD",
    "GET, https://orders.shop/orders/8, TARGET",
    "GET, https://orders.shop/orders/7/, TARGET",
    "GET, https://orders.shop/Orders/7, TARGET",
    "GET, https://orders.shop/orders%2F7, TARGET",
    "GET, https://orders.shop//orders/7, TARGET",
    "GET, https://orders.shop/a/../orders/7, TARGET",
    "GET, https://orders.shop.evil/orders/7, TARGET",
    "GET, https://evil/orders/7, TARGET",
    "GET, http://orders.shop/orders/7, TARGET",
    "GET, orders.shop/orders/7, TARGET",
    "GET, https:///orders/7, TARGET",
    "GET, https://orders.shop@evil/orders/7, TARGET",
    "GET, https://evil@orders.shop/orders/7, TARGET",
    "GET, https://orders.shop:0/orders/7, TARGET",
    "GET, https://orders.shop:65536/orders/7, TARGET",
    "GET, https://orders.shop:4 43/orders/7, TARGET",
  })
  void isForOneRequest(String htm, String htu, ProofFault fault) throws Exception {
    assertThat(
            judge(
                proof(
                    header(JWK_OF_HOLDER.toJSONString()),
                    says("1", htm, htu, NOW, ""),
                    HOLDER.getPrivate())))
        .isEqualTo(refused(fault));
  }

  @ParameterizedTest
  @CsvSource({
    "https, HTTPS://Orders.Shop./orders/7",
    "https, https://orders.shop:443/orders/7",
    "https, https://orders.shop:8443/orders/7",
    "https, https://orders.shop:/orders/7",
    "https, https://orders.shop/orders/7?x=y#z",
    "https, https://orders.shop/orders/%37",
    "http, https://orders.shop/orders/7",
    "http, http://orders.shop/orders/7",
  })
  void readsTheAddressAsEnvoyDoes(String scheme, String htu) throws Exception {
    String text =
        proof(
            header(JWK_OF_HOLDER.toJSONString()),
            says("1", "GET", htu, NOW, ""),
            HOLDER.getPrivate());
    assertThat(judge(verifier, request(Hop.DIRECT, scheme, text)))
        .isEqualTo(ProofVerdict.Holds.HOLDS);
  }

  @ParameterizedTest
  @CsvSource({
    "https://api.example.com/orders/7, true",
    "https://api.example.com:443/orders/7, true",
    "https://api.example.com:8443/orders/7, false",
    "http://api.example.com/orders/7, false",
    "http://localhost:8080/orders/7, true",
    "http://localhost/orders/7, false",
    "https://orders.shop/orders/7, false",
    "https://[::1]:8443/orders/7, true",
  })
  void namedOriginsCountInsteadOfTheHost(String htu, boolean holds) throws Exception {
    DpopVerifier pinned =
        verifier(
            new ProofSpec.Dpop(
                List.of("https://api.example.com", "http://localhost:8080", "https://[::1]:8443"),
                false));
    String text =
        proof(
            header(JWK_OF_HOLDER.toJSONString()),
            says("1", "GET", htu, NOW, ""),
            HOLDER.getPrivate());
    assertThat(judge(pinned, request(Hop.DIRECT, "https", text)))
        .isEqualTo(holds ? ProofVerdict.Holds.HOLDS : refused(ProofFault.TARGET));
  }

  @Test
  void isForOneToken() throws Exception {
    assertThat(
            verifier.verify(
                request(Hop.DIRECT, "https", good("1")),
                TOKEN + "2",
                claims(JWK_OF_HOLDER),
                Patience.COMPUTING))
        .isEqualTo(refused(ProofFault.TOKEN));
  }

  @ParameterizedTest
  @CsvSource({
    "-90, false",
    "-89, true",
    "0, true",
    "30, true",
    "31, false",
    "-9223372036854775000, false",
    "9223372034000000000, false"
  })
  void isGoodForAMinute(long offset, boolean holds) throws Exception {
    String text =
        proof(
            header(JWK_OF_HOLDER.toJSONString()),
            says("1", "GET", URL, NOW + offset, ""),
            HOLDER.getPrivate());
    assertThat(judge(text)).isEqualTo(holds ? ProofVerdict.Holds.HOLDS : refused(ProofFault.TIME));
  }

  @Test
  void isGoodOnce() throws Exception {
    assertThat(judge(good("1"))).isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(judge(good("1"))).isEqualTo(refused(ProofFault.REPLAYED));
  }

  @Test
  void envoyMayAskTheSameTwice() throws Exception {
    RequestContext request = request(Hop.DIRECT, "https", good("1"));
    assertThat(judge(verifier, request)).isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(judge(verifier, request)).isEqualTo(ProofVerdict.Holds.HOLDS);
  }

  @Test
  void gatewayAndSidecarBothAsk() throws Exception {
    String text = good("1");
    assertThat(judge(verifier, request(Hop.AT_GATEWAY, "https", text)))
        .isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(judge(verifier, request(Hop.BEHIND_GATEWAY, "http", text)))
        .isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(judge(verifier, request(Hop.AT_GATEWAY, "https", text)))
        .isEqualTo(refused(ProofFault.REPLAYED));
    assertThat(judge(verifier, request(Hop.DIRECT, "http", text)))
        .isEqualTo(refused(ProofFault.REPLAYED));
  }

  @Test
  void refusesWhenItCannotRemember() throws Exception {
    int unavailable = 0;
    for (int i = 0; i < 7000; i++) {
      window.see(
          new ProofId(i, i, i % ProofId.HOLDERS, i / 64),
          new dev.portcullis.engine.limit.ChargeId(i, i),
          Hop.DIRECT,
          NOW + 120,
          NOW);
    }
    for (int i = 0; i < 10; i++) {
      unavailable += judge(good("full-" + i)) instanceof ProofVerdict.Unavailable ? 1 : 0;
    }
    assertThat(unavailable).isEqualTo(10);
  }

  @Test
  void verifiesNoSignatureOnTheEventLoop() throws Exception {
    RequestContext request = request(Hop.DIRECT, "https", good("1"));
    assertThat(verifier.verify(request, TOKEN, claims(JWK_OF_HOLDER), Patience.NONE))
        .isEqualTo(ProofVerdict.Waits.WAITS);
    assertThat(judge(verifier, request)).isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(
            verifier.verify(
                request(Hop.DIRECT, "https"), TOKEN, claims(JWK_OF_HOLDER), Patience.NONE))
        .isEqualTo(refused(ProofFault.MISSING));
  }

  @Test
  void tellsTheNonceThatItWants() throws Exception {
    DpopVerifier strict = verifier(new ProofSpec.Dpop(List.of(), true));
    ProofVerdict first = judge(strict, request(Hop.DIRECT, "https", good("1")));
    assertThat(first).isInstanceOf(ProofVerdict.NonceWanted.class);
    String nonce = ((ProofVerdict.NonceWanted) first).nonce();
    String text =
        proof(
            header(JWK_OF_HOLDER.toJSONString()),
            says("1", "GET", URL, NOW, ",\"nonce\":\"" + nonce + "\""),
            HOLDER.getPrivate());
    assertThat(judge(strict, request(Hop.DIRECT, "https", text)))
        .isEqualTo(ProofVerdict.Holds.HOLDS);
    assertThat(judge(strict, request(Hop.DIRECT, "https", text)))
        .isEqualTo(refused(ProofFault.REPLAYED));
  }

  @Test
  void noncesHaveTheirTime() {
    Nonces nonces = Nonces.shared(() -> List.of(nonceKey));
    String nonce = nonces.make(NOW);
    assertThat(nonces.good(nonce, NOW)).isTrue();
    assertThat(nonces.good(nonce, NOW + 60)).isTrue();
    assertThat(nonces.good(nonce, NOW + 180)).isFalse();
    assertThat(nonces.good(nonce, NOW - 120)).isFalse();
    assertThat(nonces.good("", NOW)).isFalse();
    assertThat(nonces.good("A".repeat(32), NOW)).isFalse();
  }

  @Test
  void noncesAreSharedByKeys() {
    byte[] other = new byte[32];
    other[0] = 1;
    Nonces one = Nonces.shared(() -> List.of(nonceKey));
    Nonces two = Nonces.shared(() -> List.of(other, nonceKey));
    Nonces stranger = Nonces.ofThisProcess();
    assertThat(two.good(one.make(NOW), NOW)).isTrue();
    assertThat(one.good(two.make(NOW), NOW)).as("one does not have its key").isFalse();
    assertThat(one.good(stranger.make(NOW), NOW)).isFalse();
    assertThat(stranger.good(stranger.make(NOW), NOW)).isTrue();
  }

  /** The example of RFC 7638 section 3.1. */
  @Test
  void thumbprintsAreThoseOfTheStandard() throws Exception {
    Map<String, Object> jwk =
        Map.of(
            "kty",
            "RSA",
            "n",
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
                + "BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65"
                + "YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qN"
                + "Lyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8a"
                + "wapJzKnqDKgw",
            "e",
            "AQAB",
            "alg",
            "RS256",
            "kid",
            "2011-04-29");
    assertThat(HolderKeys.thumbprint(jwk)).isEqualTo("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  }

  private DpopVerifier sharing(SharedProofs others) {
    return new DpopVerifier(
        "shop",
        new ProofSpec.Dpop(List.of(), false),
        Duration.ofSeconds(30),
        new HolderProofs(
            Signatures.ofTheJvm(),
            new HolderKeys(),
            window,
            others,
            Nonces.shared(() -> List.of(nonceKey))));
  }

  @ParameterizedTest
  @EnumSource(ReplayWindow.Sighting.class)
  void whatOthersSawIsAskedOnceForAProofThatHolds(ReplayWindow.Sighting sighting) throws Exception {
    List<SharedProofs.Use> uses = new ArrayList<>();
    DpopVerifier sharing =
        sharing(use -> {
          uses.add(use);
          return sighting;
        });
    RequestContext request = request(Hop.AT_GATEWAY, "https", good("shared"));

    Inquiry inquiry = ((ProofVerdict.Asks) judge(sharing, request)).inquiry();
    assertThat(uses).isEmpty();
    inquiry.ask();
    ProofVerdict verdict =
        sharing.verify(request, TOKEN, claims(JWK_OF_HOLDER), Answered.by(inquiry));

    switch (sighting) {
      case FIRST -> assertThat(verdict).isInstanceOf(ProofVerdict.Holds.class);
      case REPLAYED -> assertThat(verdict).isEqualTo(refused(ProofFault.REPLAYED));
      case UNKNOWABLE -> assertThat(verdict).isInstanceOf(ProofVerdict.Unavailable.class);
    }
    assertThat(uses)
        .singleElement()
        .satisfies(use -> {
          assertThat(use.asker()).isEqualTo(Hop.AT_GATEWAY);
          assertThat(use.excluded()).containsExactlyInAnyOrder(Hop.DIRECT, Hop.BEHIND_GATEWAY);
          assertThat(use.seconds()).isEqualTo(120);
        });
  }

  @Test
  void theAnswerAboutOneProofIsWorthNothingForAnother() throws Exception {
    DpopVerifier sharing = sharing(_ -> ReplayWindow.Sighting.FIRST);
    Inquiry inquiry =
        ((ProofVerdict.Asks) judge(sharing, request(Hop.DIRECT, "https", good("one")))).inquiry();
    inquiry.ask();

    ProofVerdict other =
        sharing.verify(
            request(Hop.DIRECT, "https", good("two")),
            TOKEN,
            claims(JWK_OF_HOLDER),
            Answered.by(inquiry));

    assertThat(other).isInstanceOf(ProofVerdict.Asks.class);
  }

  @Test
  void nobodyIsAskedAboutAProofThatIsForged() throws Exception {
    DpopVerifier sharing =
        sharing(_ -> {
          throw new AssertionError("asked");
        });
    String good = good("forged");
    String forged = good.substring(0, good.length() - 4) + "AAAA";

    assertThat(judge(sharing, request(Hop.DIRECT, "https", forged)))
        .isEqualTo(refused(ProofFault.SIGNATURE));
  }

  @Test
  void whatThisProcessSawCountsToo() throws Exception {
    DpopVerifier sharing = sharing(_ -> ReplayWindow.Sighting.FIRST);
    String proof = good("seen");
    assertThat(judge(proof)).isInstanceOf(ProofVerdict.Holds.class);
    RequestContext again = request(Hop.DIRECT, "https", proof);
    Inquiry inquiry = ((ProofVerdict.Asks) judge(sharing, again)).inquiry();
    inquiry.ask();

    assertThat(sharing.verify(again, TOKEN, claims(JWK_OF_HOLDER), Answered.by(inquiry)))
        .isEqualTo(refused(ProofFault.REPLAYED));
  }
}
