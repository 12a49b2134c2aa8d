// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.jwt.LogoutTokenVerifier;
import dev.portcullis.engine.authentication.jwt.LogoutVerdict;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.keys.VerificationKeys;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A method that verifies tokens, as its issuer's logouts are verified: with the same keys. */
public final class LogoutMethod {
  private final AuthMethodSpec.Jwt spec;
  private final LogoutTokenVerifier verifier;
  private final MethodKeys keys;

  private LogoutMethod(AuthMethodSpec.Jwt spec, LogoutTokenVerifier verifier, MethodKeys keys) {
    this.spec = spec;
    this.verifier = verifier;
    this.keys = keys;
  }

  /**
   * Compiles it.
   *
   * @param spec that says whose logouts it obeys
   * @throws UnloadablePlanException saying why its keys cannot be used
   */
  public static LogoutMethod of(
      AuthMethodSpec.Jwt spec, Signatures signatures, KeySource keySets, SecretSource secrets)
      throws UnloadablePlanException {
    return new LogoutMethod(
        spec, new LogoutTokenVerifier(spec, signatures), MethodKeys.of(spec, keySets, secrets));
  }

  /** Who issues its tokens. */
  public String issuer() {
    return spec.issuer();
  }

  /** Judges a logout token; null: there are no keys yet. */
  public @Nullable LogoutVerdict verify(String token, Instant now) {
    VerificationKeys current = keys.current();
    if (current == null) {
      return null;
    }
    LogoutVerdict verdict = verifier.verify(token, current, now.getEpochSecond());
    if (verdict instanceof LogoutVerdict.UnknownKey(String name)) {
      keys.unknownKey(name);
    }
    return verdict;
  }
}
