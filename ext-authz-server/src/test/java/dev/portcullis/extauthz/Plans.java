// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Plans for tests. */
public final class Plans {
  private static final PolicyRef POLICY = new PolicyRef("ApiPolicy", "shop", "orders");

  private Plans() {}

  /** A route that demands nothing and logs every request. */
  public static GuardedRoute open(String id) {
    return guarded(id, null, new AuditSpec(1.0, List.of("x-private")));
  }

  /** Like {@link #open}, but another version of it. */
  public static GuardedRoute changed(String id) {
    return guarded(id, null, new AuditSpec(0.5, List.of()));
  }

  /** A route whose keys are in a secret and whose tokens may stand in header, cookie and query. */
  public static GuardedRoute withSecret(String id, SecretMaterial jwks) {
    AuthMethodSpec jwt =
        new AuthMethodSpec.Jwt(
            "employees",
            "https://idp.example.com/",
            List.of("orders"),
            new JwksSpec.FromSecret(new SecretRef("shop", "keys", "jwks", jwks.hash())),
            List.of(JwsAlgorithm.RS256),
            Duration.ofSeconds(30),
            List.of(
                new CredentialLocation(CredentialLocation.Kind.HEADER, "x-token", ""),
                new CredentialLocation(CredentialLocation.Kind.QUERY, "ticket", "")),
            List.of());
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(jwt)),
        new AuditSpec(1.0, List.of("x-private")));
  }

  /** A route that asks for tokens whose keys are fetched. */
  public static GuardedRoute withIssuer(String id, String jwksUri) {
    return withIssuer(id, "https://idp.example.com/", new JwksSpec.Remote(jwksUri));
  }

  /** A route that asks for tokens of an issuer that says where its keys are. */
  public static GuardedRoute withDiscoveredIssuer(String id, String issuer) {
    return withIssuer(id, issuer, new JwksSpec.Discovered(issuer));
  }

  private static GuardedRoute withIssuer(String id, String issuer, JwksSpec keys) {
    AuthMethodSpec jwt =
        new AuthMethodSpec.Jwt(
            "employees",
            issuer,
            List.of("orders"),
            keys,
            List.of(JwsAlgorithm.ES256),
            Duration.ofSeconds(30),
            List.of(
                new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ")),
            List.of());
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(jwt)),
        new AuditSpec(1.0, List.of()));
  }

  private static GuardedRoute guarded(
      String id, @Nullable AuthenticationSpec authentication, AuditSpec audit) {
    return new GuardedRoute(
        new RouteId(id),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        null,
        authentication,
        null,
        List.of(),
        null,
        audit,
        List.of(POLICY));
  }

  public static ClosedRoute closed(String id) {
    return new ClosedRoute(new RouteId(id), ClosedRoute.Reason.NO_POLICY, "", List.of());
  }

  public static ApiKeyRecord key(String id, boolean revoked) {
    return new ApiKeyRecord(
        "shop", id, id, "9f86", "acme", null, List.of(), null, null, revoked, new TreeMap<>());
  }

  public static SecretMaterial secret(String text) {
    return SecretMaterial.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
