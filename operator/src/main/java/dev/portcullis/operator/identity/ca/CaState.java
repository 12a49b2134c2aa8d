// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import dev.portcullis.operator.identity.Trust;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the authority stands: who signs, who is going to, and who did. Immutable.
 *
 * @param next trusted already, and signs when everybody had time to learn of it; null: nobody
 * @param retired signs no more, and is trusted while a certificate of it may be alive
 * @param asked the last wish for a new root that was heard; empty: none
 */
public record CaState(Issuer signer, @Nullable Next next, List<Retired> retired, String asked) {

  /**
   * The authority that follows.
   *
   * @param since when its roots were first to be trusted
   */
  public record Next(Issuer issuer, Instant since) {}

  /**
   * Roots of an authority that signed before.
   *
   * @param until when the last certificate of it has ended
   */
  public record Retired(List<X509Certificate> roots, Instant until) {

    public Retired {
      roots = List.copyOf(roots);
    }
  }

  public CaState {
    retired = List.copyOf(retired);
  }

  /** An authority at its beginning. */
  public static CaState beginning(Issuer signer) {
    return new CaState(signer, null, List.of(), "");
  }

  /** What follows from it for everybody. */
  public Trust trust() {
    Set<X509Certificate> roots = new LinkedHashSet<>(signer.roots());
    if (next != null) {
      roots.addAll(next.issuer().roots());
    }
    retired.forEach(each -> roots.addAll(each.roots()));
    return new Trust(signer.authority(), List.copyOf(roots));
  }
}
