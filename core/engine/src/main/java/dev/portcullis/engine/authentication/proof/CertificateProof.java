// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.jwt.Confirmation;
import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.RequestContext;
import java.util.Map;

/**
 * The certificate by which the client's connection began is the proof (RFC 8705 section 3): the
 * handshake has shown that the client holds its key.
 *
 * <p>Only the certificate counts that the listener validated which ended the client's connection.
 * No header does, whoever wrote it; a sidecar behind a gateway sees none, and so nobody is the
 * holder there.
 */
public enum CertificateProof implements HolderProof {
  CERTIFICATE_PROOF;

  @Override
  public ProofVerdict verify(
      RequestContext request, String token, Map<String, Object> claims, Patience patience) {
    ClientCertificate certificate = request.clientCertificate();
    if (certificate == null) {
      return new ProofVerdict.Refused(ProofFault.NO_CERTIFICATE);
    }
    return certificate.thumbprint().equals(Confirmation.certificate(claims))
        ? new ProofVerdict.Holds(certificate.notAfter().getEpochSecond() + 1)
        : new ProofVerdict.Refused(ProofFault.CERTIFICATE);
  }
}
