// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/** Takes this replica's certificate and the roots from the stream, as Envoy would. */
final class IdentityResources {
  /** The type URL on the wire. */
  static final String TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

  private static final String CERTIFICATE = "portcullis/svid";
  private static final String ROOTS = "portcullis/roots";

  /** What is asked for. */
  static final List<String> NAMES = List.of(CERTIFICATE, ROOTS);

  private final WorkloadIdentity identity;
  private boolean certified;
  private boolean rooted;

  IdentityResources(WorkloadIdentity identity) {
    this.identity = identity;
  }

  /** Returns why a resource could not be used; empty when all could. Says nothing of a key. */
  List<String> take(DeltaDiscoveryResponse response) {
    List<String> failures = new ArrayList<>();
    for (Resource resource : response.getResourcesList()) {
      try {
        take(resource.getName(), resource.getResource().unpack(Secret.class));
      } catch (InvalidProtocolBufferException e) {
        failures.add(resource.getName() + ": is no secret");
      } catch (GeneralSecurityException e) {
        failures.add(resource.getName() + ": " + e.getMessage());
      }
    }
    return failures;
  }

  /** Whether everything came, and was taken. */
  boolean complete() {
    return certified && rooted;
  }

  private void take(String name, Secret secret) throws GeneralSecurityException {
    switch (name) {
      case CERTIFICATE -> {
        identity.certificate(
            text(secret.getTlsCertificate().getCertificateChain()),
            text(secret.getTlsCertificate().getPrivateKey()));
        certified = true;
      }
      case ROOTS -> {
        identity.roots(text(secret.getValidationContext().getTrustedCa()));
        rooted = true;
      }
      default -> throw new GeneralSecurityException("was not asked for");
    }
  }

  private static String text(DataSource source) {
    return source.getInlineBytes().toStringUtf8();
  }
}
