// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.limit;

import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.Phase;
import java.util.HexFormat;

/**
 * Names one charge of one request, so that a request that Envoy asks about twice is charged once.
 * 128 bits mixed from Envoy's id of the request, the peer, the target and the phase: should an id
 * ever be repeated by somebody else or for something else, that is charged.
 */
public record ChargeId(long high, long low) {
  private static final long ODD = 0x9E37_79B9_7F4A_7C15L;
  private static final HexFormat HEX = HexFormat.of();

  /**
   * The charge of a request in a phase.
   *
   * @param shadow whether this charges limits in shadow mode, which are counted apart
   */
  public static ChargeId of(RequestContext request, Phase phase, boolean shadow) {
    Peer peer = request.peer();
    long high = SplitMix64.mix(text(request.id(), phase.name().hashCode()) ^ peer.address().low());
    long low =
        SplitMix64.mix(
                high + text(request.line().target(), peer.port()) * 31 + peer.address().high())
            ^ (shadow ? ODD : 0);
    return new ChargeId(high, low);
  }

  /** 32 lower-case hexadecimal digits. */
  public String hex() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }

  private static long text(String text, long seed) {
    long hash = seed * ODD + text.length();
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * ODD;
      hash ^= hash >>> 29;
    }
    return hash;
  }
}
