// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.svid;

import dev.portcullis.operator.identity.CurrentTrust;
import dev.portcullis.operator.identity.ServiceAccountName;
import dev.portcullis.operator.identity.Trust;
import dev.portcullis.operator.xds.ConnectedNode;
import dev.portcullis.operator.xds.Credentials;
import dev.portcullis.operator.xds.NodeEvents;
import dev.portcullis.operator.xds.ResourceType;
import dev.portcullis.operator.xds.XdsResource;
import dev.portcullis.policy.identity.SpiffeId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each node that asks for secrets the certificate of the ServiceAccount that its token is of,
 * and the roots; renews both. What a node says of itself is not looked at. Each node has a key of
 * its own, which is forgotten with its stream.
 */
public final class Svids implements NodeEvents {
  private static final Logger LOG = LoggerFactory.getLogger(Svids.class);

  private final CurrentTrust trust;
  private final String trustDomain;
  private final SvidIssuer issuer;
  private final Executor worker;
  private final Counter issued;
  private final Counter failed;
  private final ConcurrentMap<ConnectedNode, Held> nodes = new ConcurrentHashMap<>();

  /** What a node got last. */
  private record Held(Instant renewAt, Optional<XdsResource> certificate) {
    static final Held NOTHING = new Held(Instant.MIN, Optional.empty());
  }

  /**
   * @param worker runs one task after the other; here keys are made
   */
  public Svids(
      CurrentTrust trust,
      String trustDomain,
      SvidIssuer issuer,
      Executor worker,
      MeterRegistry metrics) {
    this.trust = trust;
    this.trustDomain = SpiffeId.checkedTrustDomain(trustDomain);
    this.issuer = issuer;
    this.worker = worker;
    this.issued = metrics.counter("portcullis.svids.issued");
    this.failed = metrics.counter("portcullis.svids.failed");
    metrics.gaugeMapSize("portcullis.svids.nodes", List.of(), nodes);
    trust.listen(() -> worker.execute(() -> nodes.keySet().forEach(this::supply)));
  }

  /** Renews what is due; to be called several times within a certificate's life. */
  public void renewDue() {
    worker.execute(() -> nodes.keySet().forEach(this::supply));
  }

  @Override
  public void connected(ConnectedNode node) {}

  @Override
  public void progressed(ConnectedNode node) {
    if (node.reads(ResourceType.SECRET) && nodes.putIfAbsent(node, Held.NOTHING) == null) {
      worker.execute(() -> supply(node));
    }
  }

  @Override
  public void disconnected(ConnectedNode node) {
    nodes.remove(node);
  }

  private void supply(ConnectedNode node) {
    Optional<ServiceAccountName> account = node.key().identity().serviceAccount();
    if (account.isEmpty()) {
      // Not a workload: it has no name that a certificate could carry.
      nodes.remove(node);
      return;
    }
    try {
      Trust now = trust.get();
      nodes.computeIfPresent(node, (_, held) -> renewed(account.get(), held, now));
      Held held = nodes.get(node);
      if (held != null) {
        held.certificate()
            .ifPresent(certificate ->
                node.publishCredentials(new Credentials(certificate, SecretResources.roots(now))));
      }
    } catch (RuntimeException e) {
      failed.increment();
      LOG.atError()
          .setCause(e)
          .addKeyValue("node", node.key())
          .log("a certificate could not be issued");
    }
  }

  private Held renewed(ServiceAccountName account, Held held, Trust now) {
    if (issuer.now().isBefore(held.renewAt())) {
      return held;
    }
    Svid svid = issuer.issue(account.spiffeId(trustDomain), now);
    issued.increment();
    return new Held(svid.renewAt(), Optional.of(SecretResources.certificate(svid)));
  }
}
