// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.identity;

import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.identity.SpiffeId;
import dev.portcullis.policy.match.Principal;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out once, when a connection has been made, who is at its other end. The handshake proved
 * that the certificate chains to a root; here is who it names.
 */
public final class Callers extends ServerTransportFilter {
  private static final Logger LOG = LoggerFactory.getLogger(Callers.class);

  private final WorkloadIdentity own;
  private final Set<SpiffeId> gateways;
  private final Set<Principal> gatewayPrincipals;
  private final LongAdder strangers = new LongAdder();

  /**
   * @param gateways who may ask about every route
   */
  public Callers(WorkloadIdentity own, Set<SpiffeId> gateways) {
    this.own = own;
    this.gateways = Set.copyOf(gateways);
    this.gatewayPrincipals =
        gateways.stream()
            .map(gateway -> new Principal(gateway.toString()))
            .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    Caller caller = caller(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    return attributes.toBuilder().set(Caller.KEY, caller).build();
  }

  private Caller caller(@Nullable SSLSession session) {
    SpiffeId self = own.id();
    Optional<SpiffeId> id = session == null || self == null ? Optional.empty() : peer(session);
    if (self == null || id.isEmpty() || !id.get().trustDomain().equals(self.trustDomain())) {
      strangers.increment();
      LOG.atWarn()
          .addKeyValue(LogKeys.PEER, id.map(SpiffeId::toString).orElse("nobody"))
          .log("a connection whose other end may ask nothing");
      return Caller.NOBODY;
    }
    return gateways.contains(id.get())
        ? Caller.gateway(id.get())
        : Caller.sidecar(id.get(), gatewayPrincipals);
  }

  /**
   * Who the other end is. A certificate that has ended counts no more, also when its session is
   * resumed.
   */
  private Optional<SpiffeId> peer(SSLSession session) {
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate certificate
              && certificate.getNotAfter().toInstant().isAfter(own.now())
          ? SpiffeId.in(certificate)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** Connections whose other end may ask nothing, since the start. */
  public long strangers() {
    return strangers.sum();
  }
}
