// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz;

import dev.portcullis.policy.plan.AddressList;
import dev.portcullis.policy.plan.AddressListSpec;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.ApiKeyRecord;
import dev.portcullis.policy.plan.AuditSpec;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.ClosedRoute;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.Expression;
import dev.portcullis.policy.plan.FailureMode;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LogoutSpec;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.PolicyRef;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RequestSpec;
import dev.portcullis.policy.plan.RouteId;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import dev.portcullis.policy.plan.Sharing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
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

  /** A route that asks for tokens whose keys are fetched, and for proofs of their holders. */
  public static GuardedRoute withProofs(String id, String jwksUri, ProofSpec proof) {
    AuthMethodSpec.Jwt jwt =
        new AuthMethodSpec.Jwt(
            "apps",
            "https://idp.example.com/",
            List.of("orders"),
            new JwksSpec.Remote(jwksUri),
            List.of(JwsAlgorithm.ES256),
            Duration.ofSeconds(30),
            List.of(
                new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "DPoP ")),
            List.of());
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(jwt.withProof(proof))),
        new AuditSpec(1.0, List.of()));
  }

  /** A route that asks for tokens, and whose issuer reports the logouts of one client. */
  public static GuardedRoute withLogouts(String id, String jwksUri, String client) {
    return withIssuer(
        id,
        "https://idp.example.com/",
        new JwksSpec.Remote(jwksUri),
        new LogoutSpec(List.of(client)));
  }

  /** The same, asking for proofs of their holders; the method has a name of its own. */
  public static GuardedRoute withBoundLogouts(
      String id, String method, String jwksUri, ProofSpec proof, String client) {
    String scheme = proof instanceof ProofSpec.Dpop ? "DPoP " : "Bearer ";
    AuthMethodSpec.Jwt jwt =
        new AuthMethodSpec.Jwt(
            method,
            "https://idp.example.com/",
            List.of("orders"),
            new JwksSpec.Remote(jwksUri),
            List.of(JwsAlgorithm.ES256),
            Duration.ofSeconds(30),
            List.of(
                new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", scheme)),
            List.of(),
            proof,
            new LogoutSpec(List.of(client)));
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(jwt)),
        new AuditSpec(1.0, List.of()));
  }

  /** A route that asks an issuer about tokens, as the client that two secrets prove. */
  public static GuardedRoute withIntrospection(
      String id, String endpoint, SecretMaterial client, SecretMaterial secret) {
    AuthMethodSpec opaque =
        new AuthMethodSpec.Introspection(
            "opaque",
            endpoint,
            new SecretRef("shop", "idp-client", "client-id", client.hash()),
            new SecretRef("shop", "idp-client", "client-secret", secret.hash()),
            Duration.ofMinutes(1),
            Duration.ofSeconds(1),
            null,
            List.of(),
            List.of(
                new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ")),
            List.of());
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(opaque)),
        new AuditSpec(1.0, List.of()));
  }

  /** A route that asks for issued keys with a label. */
  public static GuardedRoute withKeys(String id, String label, String value) {
    AuthMethodSpec keys =
        new AuthMethodSpec.ApiKey(
            "partners",
            "shop",
            new TreeMap<>(Map.of(label, value)),
            List.of(new CredentialLocation(CredentialLocation.Kind.HEADER, "x-api-key", "")));
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(keys)),
        new AuditSpec(1.0, List.of()));
  }

  private static GuardedRoute withIssuer(String id, String issuer, JwksSpec keys) {
    return withIssuer(id, issuer, keys, null);
  }

  private static GuardedRoute withIssuer(
      String id, String issuer, JwksSpec keys, @Nullable LogoutSpec logout) {
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
            List.of(),
            null,
            logout);
    return guarded(
        id,
        new AuthenticationSpec(POLICY, Mode.ENFORCE, List.of(jwt)),
        new AuditSpec(1.0, List.of()));
  }

  /** A route that refuses whoever is in a list. */
  public static GuardedRoute denying(String id, AddressList list) {
    return guarded(
        id,
        new RequestSpec(
            POLICY,
            Mode.ENFORCE,
            List.of(),
            List.of(),
            List.of(),
            List.of(new AddressListSpec.FromConfigMap("shop", "bad", null, list.hash())),
            null,
            List.of(),
            null,
            null),
        null,
        AuditSpec.refusalsOnly());
  }

  /** A route that counts all requests of an address together with other decision services. */
  public static GuardedRoute sharing(
      String id, Allowance allowance, Sharing.OnStoreFailure onStoreFailure) {
    LimitSpec.LimitPhase phase =
        allowance instanceof Allowance.Quota
            ? LimitSpec.LimitPhase.QUOTA
            : LimitSpec.LimitPhase.FLOOD;
    return guarded(
        id,
        null,
        null,
        List.of(
            new LimitSpec(
                new PolicyRef("RateLimitPolicy", "shop", "orders"),
                "per-address",
                Mode.ENFORCE,
                List.of(new Expression("source.address")),
                List.of(),
                null,
                null,
                allowance,
                new TreeMap<>(),
                phase,
                new Sharing(Sharing.Accuracy.EXACT, onStoreFailure))),
        AuditSpec.refusalsOnly());
  }

  /**
   * A limit of shop/orders.
   *
   * @param key its parts; none: the default
   * @param sharing null: each decision service counts for itself
   */
  public static LimitSpec limit(
      String name, Allowance allowance, @Nullable Sharing sharing, String... key) {
    return new LimitSpec(
        new PolicyRef("RateLimitPolicy", "shop", "orders"),
        name,
        Mode.ENFORCE,
        Stream.of(key).map(Expression::new).toList(),
        List.of(),
        null,
        null,
        allowance,
        new TreeMap<>(),
        allowance instanceof Allowance.Quota
            ? LimitSpec.LimitPhase.QUOTA
            : LimitSpec.LimitPhase.RATE,
        sharing);
  }

  /** A route with limits, and nothing else. */
  public static GuardedRoute limited(String id, LimitSpec... limits) {
    return guarded(id, null, null, List.of(limits), AuditSpec.refusalsOnly());
  }

  private static GuardedRoute guarded(
      String id, @Nullable AuthenticationSpec authentication, AuditSpec audit) {
    return guarded(id, null, authentication, audit);
  }

  private static GuardedRoute guarded(
      String id,
      @Nullable RequestSpec request,
      @Nullable AuthenticationSpec authentication,
      AuditSpec audit) {
    return guarded(id, request, authentication, List.of(), audit);
  }

  private static GuardedRoute guarded(
      String id,
      @Nullable RequestSpec request,
      @Nullable AuthenticationSpec authentication,
      List<LimitSpec> limits,
      AuditSpec audit) {
    return new GuardedRoute(
        new RouteId(id),
        FailureMode.DENY,
        null,
        List.of(),
        null,
        request,
        null,
        authentication,
        null,
        limits,
        List.of(),
        null,
        audit,
        List.of(POLICY));
  }

  /** A route with one more limit, by address and before anybody is identified. */
  public static GuardedRoute withLimit(GuardedRoute route, Allowance allowance) {
    return guarded(
        route.id().value(),
        route.request(),
        route.authentication(),
        List.of(
            new LimitSpec(
                new PolicyRef("RateLimitPolicy", "shop", "orders"),
                "per-address",
                Mode.ENFORCE,
                List.of(new Expression("source.address")),
                List.of(),
                null,
                null,
                allowance,
                new TreeMap<>(),
                LimitSpec.LimitPhase.FLOOD,
                null)),
        route.audit());
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
