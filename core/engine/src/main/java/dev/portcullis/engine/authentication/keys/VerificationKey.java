// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import dev.portcullis.policy.plan.JwsAlgorithm;
import java.security.Key;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key with all that it may be used for.
 *
 * @param id the issuer's name for it ({@code kid}); null: it has none
 * @param algorithms that fit its type, curve and size, and its own {@code alg} if it has one
 * @param key a public key, or the secret of an HMAC
 */
public record VerificationKey(@Nullable String id, Set<JwsAlgorithm> algorithms, Key key) {

  public VerificationKey {
    algorithms = Set.copyOf(algorithms);
  }

  /** Shows no key material. */
  @Override
  public String toString() {
    return "VerificationKey[" + id + ", " + algorithms + "]";
  }
}
