// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.keys.HolderKeys;
import dev.portcullis.engine.authentication.methods.RouteAuthenticators;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.authentication.proof.Nonces;
import dev.portcullis.engine.authentication.proof.ReplayWindow;
import dev.portcullis.engine.bot.v1.ProfileV1;
import dev.portcullis.extauthz.telemetry.Metric;

/** The engine with all of its parts, as the process runs it. */
public final class StandardEngine {
  private StandardEngine() {}

  static Engine make(EnginePorts ports) {
    TokenCache tokens = new TokenCache(ports.tokenCacheBytes());
    Introspections introspections =
        new Introspections(ports.introspector(), ports.tokenCacheBytes() / 2, ports.clock());
    ReplayWindow proofs = new ReplayWindow(ReplayWindow.DEFAULT_CAPACITY);
    ports.metrics().show(Metric.TOKEN_CACHE, tokens::size);
    ports.metrics().show(Metric.INTROSPECTION_CACHE, introspections::size);
    ports.metrics().show(Metric.INTROSPECTIONS, introspections::asked);
    ports.metrics().show(Metric.INTROSPECTION_FAILURES, introspections::unanswered);
    ports.metrics().show(Metric.PROOFS_SEEN, proofs::size);
    return new PolicyEngine(
        new RouteAuthenticators(
            tokens,
            ports.signatures(),
            ports.keySets(),
            ports.secrets(),
            ports.apiKeys(),
            new HolderProofs(
                ports.signatures(),
                new HolderKeys(),
                proofs,
                ports.proofs(),
                Nonces.shared(ports.nonceKeys())),
            ports.revocations(),
            introspections),
        new ProfileV1(),
        ports.quotas(),
        ports.geo(),
        ports.lists(),
        ports.traced());
  }
}
