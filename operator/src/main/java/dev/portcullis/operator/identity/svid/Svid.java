// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.svid;

import dev.portcullis.operator.identity.CertificateAuthority.Issued;
import dev.portcullis.policy.identity.SpiffeId;
import java.time.Instant;

/**
 * The certificate of one workload, with its key. It lives in memory only.
 *
 * @param renewAt when the next one is due, before two thirds of its life
 */
record Svid(SpiffeId id, Issued issued, Instant renewAt) {

  /** Shows nothing of the key. */
  @Override
  public String toString() {
    return "Svid[" + id + " until " + issued.certificate().getNotAfter().toInstant() + "]";
  }
}
