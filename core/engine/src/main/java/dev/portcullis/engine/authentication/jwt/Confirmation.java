// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.policy.plan.ProofSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The claim by which an issuer binds a token to a key or certificate of its holder (RFC 7800). To
 * whoever does not ask for a proof such a token is worth nothing (RFC 9449 section 7.2): else a
 * thief would only have to look for a route that does not ask.
 */
public final class Confirmation {
  private static final String CLAIM = "cnf";
  private static final String THUMBPRINT = "jkt";
  private static final String CERTIFICATE = "x5t#S256";

  /** Of a SHA-256 in base64url. */
  private static final int DIGEST_LENGTH = 43;

  private Confirmation() {}

  /** Whether a token, or what its issuer says of it, is bound to anything. */
  private static boolean binds(Map<String, Object> claims) {
    return claims.containsKey(CLAIM);
  }

  /** The thumbprint of the key (RFC 9449 section 6.1); empty: there is none. */
  public static String thumbprint(Map<String, Object> claims) {
    return member(claims, THUMBPRINT);
  }

  /** The digest of the certificate (RFC 8705 section 3.1); empty: there is none. */
  public static String certificate(Map<String, Object> claims) {
    return member(claims, CERTIFICATE);
  }

  private static String member(Map<String, Object> claims, String name) {
    return claims.get(CLAIM) instanceof Map<?, ?> confirmation
            && confirmation.get(name) instanceof String digest
        ? digest
        : "";
  }

  /**
   * What is wrong with a token's binding for a method; null: nothing. A binding of which a part
   * would not be checked is none that holds.
   */
  public static @Nullable TokenFault fault(Map<String, Object> claims, @Nullable ProofSpec proof) {
    return switch (proof) {
      case null -> binds(claims) ? TokenFault.BOUND : null;
      case ProofSpec.Dpop _ -> bindsOnly(claims, THUMBPRINT) ? null : TokenFault.UNBOUND;
      case ProofSpec.MutualTls _ ->
          bindsOnly(claims, CERTIFICATE) ? null : TokenFault.UNBOUND_CERTIFICATE;
    };
  }

  private static boolean bindsOnly(Map<String, Object> claims, String name) {
    return claims.get(CLAIM) instanceof Map<?, ?> confirmation
        && confirmation.size() == 1
        && member(claims, name).length() == DIGEST_LENGTH;
  }
}
