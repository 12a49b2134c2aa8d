// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.svid;

import com.google.protobuf.ByteString;
import dev.portcullis.envoy.cluster.MutualTls;
import dev.portcullis.operator.identity.Pem;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;

/** Certificates and roots as Envoy wants them. */
final class SecretResources {

  private SecretResources() {}

  static XdsResource certificate(Svid svid) {
    return resource(
        Secret.newBuilder()
            .setName(MutualTls.CERTIFICATE)
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(inline(Pem.of(svid.issued().chain())))
                    .setPrivateKey(inline(Pem.of(svid.issued().key()))))
            .build());
  }

  /** Whom a peer may be stands beside each use; here is only who may vouch for it. */
  static XdsResource roots(Trust trust) {
    return resource(
        Secret.newBuilder()
            .setName(MutualTls.ROOTS)
            .setValidationContext(
                CertificateValidationContext.newBuilder().setTrustedCa(inline(trust.rootsPem())))
            .build());
  }

  private static XdsResource resource(Secret secret) {
    return XdsResource.of(ResourceType.SECRET, secret.getName(), secret);
  }

  private static DataSource inline(String pem) {
    return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(pem)).build();
  }
}
