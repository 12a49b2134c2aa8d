// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import java.util.Set;

/**
 * A bearer token. Nobody can sign one any more, and neither Ed25519 nor PKCS #1 has a second
 * signature for the same text: so only the very tokens that were signed are believed.
 */
final class TokenTarget implements FuzzTarget {
  private final Gate gate = new Gate();
  private final Set<String> good = Set.copyOf(Gate.goodTokens());

  @Override
  public void accept(byte[] input) {
    String token = Texts.of(input);
    boolean passes = gate.get("authorization", "Bearer " + token).refusal() == null;
    if (passes && !good.contains(token.strip())) {
      throw new BrokenPromiseError("a token that nobody signed is believed");
    }
    if (!passes && good.contains(token)) {
      throw new BrokenPromiseError("a good token is refused");
    }
  }
}
