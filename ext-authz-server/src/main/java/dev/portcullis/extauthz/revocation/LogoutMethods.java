// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.methods.LogoutMethod;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.RoutePlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The methods of the plan that obey logouts, by namespace and name of their policy and their own
 * name. Read by every thread; replaced by the plan thread.
 */
public final class LogoutMethods {
  private static final Logger LOG = LoggerFactory.getLogger(LogoutMethods.class);

  private final Signatures signatures;
  private final KeySource keySets;
  private final SecretSource secrets;
  private volatile Map<Name, AuthMethodSpec.Jwt> methods = Map.of();

  private record Name(String namespace, String policy, String method) {}

  /** Takes the ports that the engine's methods have their keys from. */
  public LogoutMethods(Signatures signatures, KeySource keySets, SecretSource secrets) {
    this.signatures = signatures;
    this.keySets = keySets;
    this.secrets = secrets;
  }

  /** Takes all routes that are at work. */
  public void replace(Collection<RoutePlan> routes) {
    Map<Name, AuthMethodSpec.Jwt> next = new HashMap<>();
    for (RoutePlan route : routes) {
      AuthenticationSpec spec =
          route instanceof GuardedRoute guarded ? guarded.authentication() : null;
      if (spec != null) {
        for (AuthMethodSpec method : spec.methods()) {
          if (method instanceof AuthMethodSpec.Jwt jwt && jwt.logout() != null) {
            next.put(new Name(spec.source().namespace(), spec.source().name(), jwt.name()), jwt);
          }
        }
      }
    }
    methods = Map.copyOf(next);
  }

  /** The method; null: there is none, or it obeys no logouts. */
  @Nullable LogoutMethod find(String namespace, String policy, String method) {
    AuthMethodSpec.Jwt spec = methods.get(new Name(namespace, policy, method));
    if (spec == null) {
      return null;
    }
    try {
      return LogoutMethod.of(spec, signatures, keySets, secrets);
    } catch (UnloadablePlanException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.NAME, namespace + "/" + policy + "/" + method)
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("a method cannot verify logouts");
      return null;
    }
  }
}
