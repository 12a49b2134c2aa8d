// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.Issuer;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.jwt.JwtMethod;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.jwt.TokenVerdict;
import dev.portcullis.engine.authentication.jwt.TokenVerifier;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.extauthz.crypto.NativeCrypto;
import dev.portcullis.policy.plan.JwsAlgorithm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One token, verified afresh and remembered. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class TokenBenchmark {
  @Param({"RS256", "ES256", "EdDSA"})
  JwsAlgorithm algorithm;

  /** Who verifies. */
  public enum Crypto {
    JDK,
    NATIVE
  }

  @Param Crypto crypto;

  private String token;
  private VerificationKeys keys;
  private TokenVerifier verifier;
  private JwtMethod remembering;
  private long now;

  /** Signs the token and reads the key. */
  @Setup
  public void sign() throws MalformedTextException {
    Issuer issuer = Issuer.of(algorithm);
    token = issuer.token();
    keys = JwkSetReader.readPublic(issuer.jwks().getBytes(StandardCharsets.UTF_8)).keys();
    Signatures signatures = signatures();
    verifier = new TokenVerifier(issuer.method(), signatures);
    remembering = new JwtMethod(issuer.method(), new TokenCache(1 << 20), signatures);
    now = Instant.now().getEpochSecond();
  }

  private Signatures signatures() {
    NativeCrypto chosen = crypto == Crypto.NATIVE ? NativeCrypto.auto() : NativeCrypto.off();
    if (crypto == Crypto.NATIVE && !chosen.loaded()) {
      throw new IllegalStateException("no native provider here: " + chosen.detail());
    }
    return chosen.signatures();
  }

  /** Parses it, checks its claims and its signature. */
  @Benchmark
  public TokenVerdict uncached() {
    return verifier.verify(token, keys, now, Patience.COMPUTING);
  }

  /** Hashes it and finds what is known of it. */
  @Benchmark
  public TokenVerdict cached() {
    return remembering.verify(token, keys, now, Patience.COMPUTING);
  }
}
