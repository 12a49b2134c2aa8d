// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.methods.RouteAuthenticators;
import dev.portcullis.engine.bot.v1.ProfileV1;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.extauthz.telemetry.Metric;

/** The engine with all of its parts, as the process runs it. */
public final class StandardEngine {
  private StandardEngine() {}

  static Engine make(EnginePorts ports) {
    TokenCache tokens = new TokenCache(ports.tokenCacheBytes());
    InProcessQuotaStore quotas = new InProcessQuotaStore(InProcessQuotaStore.DEFAULT_CAPACITY);
    ports.metrics().show(Metric.TOKEN_CACHE, tokens::size);
    ports.metrics().show(Metric.LIMITER_KEYS, quotas::size);
    return new PolicyEngine(
        new RouteAuthenticators(
            tokens, ports.signatures(), ports.keySets(), ports.secrets(), ports.apiKeys()),
        new ProfileV1(),
        quotas);
  }
}
