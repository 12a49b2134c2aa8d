// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.engine.Engine;
import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.methods.RouteAuthenticators;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.bot.v1.ProfileV1;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.RoutePlan;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Engines as the decision service makes them, with one route. */
final class Engines {
  private static final long TOKEN_CACHE_BYTES = 64 << 20;

  private Engines() {}

  /** An engine whose plan asks for no API keys. */
  static Engine of(RoutePlan route) {
    return of(route, (_, _) -> null);
  }

  static Engine of(RoutePlan route, ApiKeySource keys) {
    RouteAuthenticators authenticators =
        new RouteAuthenticators(
            new TokenCache(TOKEN_CACHE_BYTES),
            Signatures.ofTheJvm(),
            uri -> {
              throw new IllegalStateException("no benchmark fetches keys: " + uri);
            },
            _ -> null,
            keys,
            HolderProofs.alone(Signatures.ofTheJvm()),
            Revocations.NONE,
            new Introspections(
                _ -> {
                  throw new IllegalStateException("no benchmark asks an issuer");
                },
                TOKEN_CACHE_BYTES,
                InstantSource.system()));
    Engine engine =
        new PolicyEngine(
            authenticators,
            new ProfileV1(),
            QuotaStores.alone(new InProcessQuotaStore(InProcessQuotaStore.DEFAULT_CAPACITY)),
            GeoSource.NONE,
            AddressLists.NONE);
    Map<RouteId, String> rejected = engine.replace(List.of(route));
    if (!rejected.isEmpty()) {
      throw new IllegalStateException("the engine refuses the benchmark's plan: " + rejected);
    }
    return engine;
  }
}
