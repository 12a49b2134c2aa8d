// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import static dev.portcullis.engine.authentication.TestToken.NOW;
import static dev.portcullis.engine.authentication.TestToken.good;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.TestKeys;
import dev.portcullis.engine.authentication.TestToken;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JwtMethodTest {
  private final TokenCache cache = new TokenCache(1 << 20);
  private final AuthMethodSpec.Jwt spec =
      TestToken.method("employees", new JwksSpec.Remote("https://a"), JwsAlgorithm.RS256);
  private final JwtMethod method = new JwtMethod(spec, cache, Signatures.ofTheJvm());
  private final VerificationKeys keys = keys(TestKeys.rsaJwk(TestKeys.RSA, "k1"));
  private final String token = good().text();

  private static VerificationKeys keys(Object jwk) {
    try {
      return JwkSetReader.readPublic(TestKeys.set(jwk).getBytes(StandardCharsets.UTF_8)).keys();
    } catch (dev.portcullis.engine.authentication.json.MalformedTextException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void rememberedTokensComeBackAsTheSameObject() {
    TokenVerdict first = method.verify(token, keys, NOW, Patience.COMPUTING);
    assertThat(first).isInstanceOf(VerifiedToken.class);
    assertThat(method.verify(token, keys, NOW, Patience.COMPUTING)).isSameAs(first);
  }

  @Test
  void rememberedTokensExpireByTheCallersClock() {
    assertThat(method.verify(token, keys, NOW + 629, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
    assertThat(method.verify(token, keys, NOW + 630, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.EXPIRED));
    // Clocks may also go back: nbf is checked again too.
    String young = good().withClaim("nbf", "" + NOW).text();
    assertThat(method.verify(young, keys, NOW, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
    assertThat(method.verify(young, keys, NOW - 31, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.NOT_YET_VALID));
  }

  @Test
  void aWithdrawnKeyTakesItsTokensAlong() {
    assertThat(method.verify(token, keys, NOW, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
    VerificationKeys rotated = keys(TestKeys.rsaJwk(TestKeys.OTHER_RSA, "k1"));
    assertThat(method.verify(token, rotated, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.SIGNATURE));
  }

  @Test
  void whatOneMethodBelievedIsNothingToAnother() {
    assertThat(method.verify(token, keys, NOW, Patience.COMPUTING))
        .isInstanceOf(VerifiedToken.class);
    AuthMethodSpec.Jwt stricter = withAudiences("refunds");
    assertThat(
            new JwtMethod(stricter, cache, Signatures.ofTheJvm())
                .verify(token, keys, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.AUDIENCE));
    assertThat(
            new JwtMethod(spec, cache, Signatures.ofTheJvm())
                .verify(token, keys, NOW, Patience.COMPUTING))
        .as("an equal method shares what is remembered")
        .isSameAs(method.verify(token, keys, NOW, Patience.COMPUTING));
  }

  @Test
  void noTextMakesOneMethodLookLikeAnother() {
    assertThat(MethodFingerprint.of(withAudiences("a, b")))
        .isNotEqualTo(MethodFingerprint.of(withAudiences("a", "b")));
    assertThat(MethodFingerprint.of(withAudiences("a")))
        .isEqualTo(MethodFingerprint.of(withAudiences("a")));
  }

  private AuthMethodSpec.Jwt withAudiences(String... audiences) {
    return new AuthMethodSpec.Jwt(
        spec.name(),
        spec.issuer(),
        List.of(audiences),
        spec.jwks(),
        spec.algorithms(),
        spec.clockSkew(),
        spec.from(),
        spec.claimsToHeaders());
  }

  @Test
  void refusalsAreNotRememberedAndTheCacheIsBounded() {
    method.verify(token.substring(0, token.length() - 4) + "AAAA", keys, NOW, Patience.COMPUTING);
    assertThat(cache.size()).isZero();
    var small = new TokenCache(4_000);
    var bounded = new JwtMethod(spec, small, Signatures.ofTheJvm());
    for (int i = 0; i < 20; i++) {
      assertThat(
              bounded.verify(good().withClaim("n", "" + i).text(), keys, NOW, Patience.COMPUTING))
          .isInstanceOf(VerifiedToken.class);
    }
    assertThat(small.size()).isLessThanOrEqualTo(2);
  }

  @Test
  void aDisownedTokenIsRefusedFromMemory() {
    method.disown(token);
    assertThat(method.verify(token, keys, NOW, Patience.COMPUTING))
        .isEqualTo(new TokenVerdict.Refused(TokenFault.ISSUER));
  }

  @Test
  void needsNoPatienceForWhatItRemembers() {
    String token = good().text();
    assertThat(method.verify(token, keys, NOW, Patience.NONE)).isEqualTo(TokenVerdict.Waits.WAITS);
    TokenVerdict verified = method.verify(token, keys, NOW, Patience.COMPUTING);
    assertThat(method.verify(token, keys, NOW, Patience.NONE)).isSameAs(verified);
    String tampered = token.substring(0, token.length() - 4) + "AAAA";
    assertThat(method.verify(tampered, keys, NOW, Patience.NONE))
        .isEqualTo(TokenVerdict.Waits.WAITS);
  }
}
