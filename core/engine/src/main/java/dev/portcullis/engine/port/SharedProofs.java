// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.engine.authentication.proof.ProofId;
import dev.portcullis.engine.authentication.proof.ReplayWindow.Sighting;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.request.Hop;
import java.util.Set;

/** The proofs of possession that all decision services have seen. Thread-safe. */
@FunctionalInterface
public interface SharedProofs {

  /**
   * Notes that a proof is used, and waits until that is known; briefly. Never throws.
   *
   * @return {@link Sighting#UNKNOWABLE} when it cannot be found out and must be known
   */
  Sighting see(Use use);

  /**
   * One use of a proof.
   *
   * @param question names the check in which it is; the same check may be asked about twice
   * @param asker what stands between the client and the Envoy that asks
   * @param excluded whoever of these has seen it has used it up
   * @param seconds how long it could be used again, at least 1
   */
  record Use(ProofId proof, ChargeId question, Hop asker, Set<Hop> excluded, long seconds) {
    public Use {
      excluded = Set.copyOf(excluded);
    }
  }
}
