// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.server;

import dev.portcullis.extauthz.identity.Caller;
import dev.portcullis.extauthz.identity.Callers;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import io.grpc.Attributes;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.ServerTransportFilter;
import io.grpc.TlsServerCredentials;

/**
 * Who may connect, and how it becomes known who they are.
 *
 * @param callers puts a {@link Caller} beside each connection
 */
public record Guard(ServerCredentials credentials, ServerTransportFilter callers) {

  /** Whoever reaches the port may ask about everything. */
  public static Guard open() {
    return new Guard(
        InsecureServerCredentials.create(),
        new ServerTransportFilter() {
          @Override
          public Attributes transportReady(Attributes attributes) {
            return attributes.toBuilder().set(Caller.KEY, Caller.ANYBODY).build();
          }
        });
  }

  /**
   * Mutual TLS: only who has a certificate of the roots gets past the handshake. Certificate and
   * roots may be replaced while the server runs.
   */
  public static Guard mutualTls(WorkloadIdentity own, Callers callers) {
    return new Guard(
        TlsServerCredentials.newBuilder()
            .keyManager(own.keyManager())
            .trustManager(own.trustManager())
            .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
            .build(),
        callers);
  }
}
