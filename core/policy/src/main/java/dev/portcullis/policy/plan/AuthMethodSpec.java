// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.CertificateDigest;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.match.UriPattern;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One way to say who one is. */
public sealed interface AuthMethodSpec {

  /** Unique within its policy. */
  String name();

  /** Where its credentials may stand; empty when they stand in no part of the request. */
  default List<CredentialLocation> from() {
    return List.of();
  }

  /** The headers that tell upstream who calls; clients may not send them. */
  default List<ClaimHeader> claimsToHeaders() {
    return List.of();
  }

  /** Whether one text of a request may be the credential of both methods. */
  default boolean readsWhere(AuthMethodSpec other) {
    return from().stream().anyMatch(place -> other.from().stream().anyMatch(place::meets));
  }

  /**
   * A signed token (RFC 7519).
   *
   * @param issuer compared with {@code iss}, character by character
   * @param audiences at least one; the token's {@code aud} must name one of them
   * @param clockSkew at most 60 s
   * @param from where the token may stand, tried in this order
   * @param proof null: the token is worth the same to whoever has it, and one that is bound to a
   *     key of its holder is refused
   * @param logout null: the issuer cannot end sessions
   */
  record Jwt(
      String name,
      String issuer,
      List<String> audiences,
      JwksSpec jwks,
      List<JwsAlgorithm> algorithms,
      Duration clockSkew,
      List<CredentialLocation> from,
      List<ClaimHeader> claimsToHeaders,
      @Nullable ProofSpec proof,
      @Nullable LogoutSpec logout)
      implements AuthMethodSpec {

    public Jwt {
      audiences = List.copyOf(audiences);
      algorithms = List.copyOf(algorithms);
      from = List.copyOf(from);
      claimsToHeaders = List.copyOf(claimsToHeaders);
    }

    /** One that asks for no proof, and whose issuer cannot end sessions. */
    public Jwt(
        String name,
        String issuer,
        List<String> audiences,
        JwksSpec jwks,
        List<JwsAlgorithm> algorithms,
        Duration clockSkew,
        List<CredentialLocation> from,
        List<ClaimHeader> claimsToHeaders) {
      this(name, issuer, audiences, jwks, algorithms, clockSkew, from, claimsToHeaders, null, null);
    }

    /** The same with its keys elsewhere. */
    public Jwt withKeys(JwksSpec keys) {
      return new Jwt(
          name,
          issuer,
          audiences,
          keys,
          algorithms,
          clockSkew,
          from,
          claimsToHeaders,
          proof,
          logout);
    }

    /** The same, asking for this proof. */
    public Jwt withProof(ProofSpec asked) {
      return new Jwt(
          name,
          issuer,
          audiences,
          jwks,
          algorithms,
          clockSkew,
          from,
          claimsToHeaders,
          asked,
          logout);
    }
  }

  /**
   * An issued key.
   *
   * @param namespace of the ApiKey resources that count
   * @param matchLabels that an ApiKey must carry, all of them; empty: any key of the namespace
   */
  record ApiKey(
      String name,
      String namespace,
      SortedMap<String, String> matchLabels,
      List<CredentialLocation> from)
      implements AuthMethodSpec {

    public ApiKey {
      matchLabels = Collections.unmodifiableSortedMap(new TreeMap<>(matchLabels));
      from = List.copyOf(from);
    }
  }

  /**
   * A certificate, which Envoy has verified: that of a workload, or of a client from outside where
   * a gateway ends its connection. Any one of what is listed suffices.
   *
   * @param principals identities of workloads; the only ones that workloads here can have
   * @param uris names of clients from outside
   * @param dnsNames likewise
   * @param fingerprints single certificates of clients from outside
   */
  record Mtls(
      String name,
      List<PrincipalPattern> principals,
      List<UriPattern> uris,
      List<DnsNamePattern> dnsNames,
      List<CertificateDigest> fingerprints)
      implements AuthMethodSpec {

    public Mtls {
      principals = List.copyOf(principals);
      uris = List.copyOf(uris);
      dnsNames = List.copyOf(dnsNames);
      fingerprints = List.copyOf(fingerprints);
    }

    /** One that names workloads only. */
    public static Mtls workloads(String name, List<PrincipalPattern> principals) {
      return new Mtls(name, principals, List.of(), List.of(), List.of());
    }

    /** Whether some client from outside is named that is no workload of any trust domain. */
    public boolean namesClients() {
      return !uris.isEmpty() || !dnsNames.isEmpty() || !fingerprints.isEmpty();
    }

    /** Whether nobody is named, so that the method could never hold. */
    public boolean namesNobody() {
      return principals.isEmpty() && !namesClients();
    }
  }

  /**
   * A token of which its issuer is asked (RFC 7662).
   *
   * @param endpoint where it is asked
   * @param clientId by which we say who asks, and {@code clientSecret} by which we prove it
   * @param cacheTtl how long an answer counts at most; at most 10 minutes
   * @param timeout how long an answer may take; at most {@link #MAX_TIMEOUT}
   * @param issuer which {@code iss} of the answer must be, character by character; null: any
   * @param audiences one of which {@code aud} of the answer must name; empty: whatever it says
   * @param from where the token may stand, tried in this order
   * @param proof null: the token is worth the same to whoever has it, and one that is bound to a
   *     key or certificate of its holder is refused
   */
  record Introspection(
      String name,
      String endpoint,
      SecretRef clientId,
      SecretRef clientSecret,
      Duration cacheTtl,
      Duration timeout,
      @Nullable String issuer,
      List<String> audiences,
      List<CredentialLocation> from,
      List<ClaimHeader> claimsToHeaders,
      @Nullable ProofSpec proof)
      implements AuthMethodSpec {
    /** Leaves a second of what Envoy waits on routes with such a method. */
    public static final Duration MAX_TIMEOUT = Duration.ofSeconds(4);

    public Introspection {
      audiences = List.copyOf(audiences);
      from = List.copyOf(from);
      claimsToHeaders = List.copyOf(claimsToHeaders);
    }

    /** One that asks for no proof. */
    public Introspection(
        String name,
        String endpoint,
        SecretRef clientId,
        SecretRef clientSecret,
        Duration cacheTtl,
        Duration timeout,
        @Nullable String issuer,
        List<String> audiences,
        List<CredentialLocation> from,
        List<ClaimHeader> claimsToHeaders) {
      this(
          name,
          endpoint,
          clientId,
          clientSecret,
          cacheTtl,
          timeout,
          issuer,
          audiences,
          from,
          claimsToHeaders,
          null);
    }

    /** The same method with Secrets that were found. */
    public Introspection with(SecretRef id, SecretRef secret) {
      return new Introspection(
          name,
          endpoint,
          id,
          secret,
          cacheTtl,
          timeout,
          issuer,
          audiences,
          from,
          claimsToHeaders,
          proof);
    }
  }

  /** Nobody in particular: only requests that carry none of the other methods' credentials. */
  record Anonymous(String name) implements AuthMethodSpec {}
}
