// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.authentication.proof.ReplayWindow.Sighting;
import dev.portcullis.engine.port.SharedProofs;

/**
 * Whether other decision services have seen a proof, for one request. It is only made for a proof
 * whose signature holds.
 */
final class ProofInquiry implements Inquiry {
  private final String proof;
  private final SharedProofs proofs;
  private final SharedProofs.Use use;
  private volatile Sighting sighting = Sighting.UNKNOWABLE;

  ProofInquiry(String proof, SharedProofs proofs, SharedProofs.Use use) {
    this.proof = proof;
    this.proofs = proofs;
    this.use = use;
  }

  @Override
  public void ask() {
    sighting = proofs.see(use);
  }

  /** Whether it is about this proof, which the same holder has signed. */
  boolean isAbout(String text, ProofId id) {
    return use.proof().equals(id) && proof.equals(text);
  }

  /** What was found out; that nobody asked is not knowing. */
  Sighting sighting() {
    return sighting;
  }
}
