// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.AuthenticatorFactory;
import dev.portcullis.engine.authentication.credential.CredentialReader;
import dev.portcullis.engine.authentication.introspection.IntrospectionMethod;
import dev.portcullis.engine.authentication.introspection.Introspections;
import dev.portcullis.engine.authentication.jwt.JwtMethod;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.proof.CertificateProof;
import dev.portcullis.engine.authentication.proof.DpopVerifier;
import dev.portcullis.engine.authentication.proof.HolderProof;
import dev.portcullis.engine.authentication.proof.HolderProofs;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.Revocations;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RouteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the authentication of routes against the ports of one process. */
public final class RouteAuthenticators implements AuthenticatorFactory {
  /** More methods than any policy may have. */
  private static final int MAX_METHODS = 32;

  /** How far clocks may differ from those of holders of opaque tokens. */
  private static final Duration INTROSPECTION_SKEW = Duration.ofSeconds(30);

  private final TokenCache cache;
  private final Signatures signatures;
  private final KeySource remoteKeys;
  private final SecretSource secrets;
  private final ApiKeySource apiKeys;
  private final HolderProofs proofs;
  private final Revocations revocations;
  private final Introspections introspections;

  /** Takes the ports; cache, signatures, proofs and introspections are shared by all routes. */
  public RouteAuthenticators(
      TokenCache cache,
      Signatures signatures,
      KeySource remoteKeys,
      SecretSource secrets,
      ApiKeySource apiKeys,
      HolderProofs proofs,
      Revocations revocations,
      Introspections introspections) {
    this.cache = cache;
    this.signatures = signatures;
    this.remoteKeys = remoteKeys;
    this.secrets = secrets;
    this.apiKeys = apiKeys;
    this.proofs = proofs;
    this.revocations = revocations;
    this.introspections = introspections;
  }

  @Override
  public Authenticator create(RouteId route, AuthenticationSpec spec)
      throws UnloadablePlanException {
    if (spec.methods().size() > MAX_METHODS) {
      throw new UnloadablePlanException(
          "more than " + MAX_METHODS + " methods in " + spec.source());
    }
    var methods = new ArrayList<CredentialMethod>();
    @Nullable String anonymous = null;
    for (AuthMethodSpec method : spec.methods()) {
      switch (method) {
        case AuthMethodSpec.Jwt jwt -> methods.add(jwt(jwt, spec));
        case AuthMethodSpec.ApiKey key ->
            methods.add(
                new ApiKeyMethod(key, reader(key.name(), key.from()), apiKeys, revocations));
        case AuthMethodSpec.Mtls mtls -> methods.add(mtls(mtls));
        case AuthMethodSpec.Introspection asked -> methods.add(introspection(asked, spec));
        case AuthMethodSpec.Anonymous nobody -> anonymous = nobody.name();
      }
    }
    return new MethodsAuthenticator(
        methods,
        Challenges.of(route, spec.methods()),
        anonymous,
        new Withdrawal(revocations, spec.source().namespace()));
  }

  private CredentialMethod jwt(AuthMethodSpec.Jwt method, AuthenticationSpec all)
      throws UnloadablePlanException {
    if (method.audiences().isEmpty() || method.algorithms().isEmpty()) {
      throw new UnloadablePlanException(
          "method " + method.name() + " has no audience or no algorithm");
    }
    if (!(method.jwks() instanceof JwksSpec.FromSecret)
        && method.algorithms().stream().anyMatch(JwsAlgorithm::symmetric)) {
      throw new UnloadablePlanException(
          "method " + method.name() + " allows an HMAC, but its keys are not in a Secret");
    }
    return new JwtCredentialMethod(
        method.name(),
        reader(method.name(), method.from()),
        new JwtMethod(method, cache, signatures),
        MethodKeys.of(method, remoteKeys, secrets),
        proof(method.proof(), method.clockSkew(), all));
  }

  private @Nullable HolderProof proof(
      @Nullable ProofSpec spec, Duration skew, AuthenticationSpec all) {
    return switch (spec) {
      case null -> null;
      case ProofSpec.Dpop dpop -> new DpopVerifier(all.source().namespace(), dpop, skew, proofs);
      case ProofSpec.MutualTls _ -> CertificateProof.CERTIFICATE_PROOF;
    };
  }

  private static CredentialMethod mtls(AuthMethodSpec.Mtls method) throws UnloadablePlanException {
    if (method.namesNobody()) {
      throw new UnloadablePlanException("method " + method.name() + " names nobody");
    }
    return new MtlsMethod(method);
  }

  private CredentialMethod introspection(
      AuthMethodSpec.Introspection method, AuthenticationSpec all) throws UnloadablePlanException {
    if (method.timeout().compareTo(AuthMethodSpec.Introspection.MAX_TIMEOUT) > 0) {
      throw new UnloadablePlanException(
          "method " + method.name() + " waits longer than Envoy does: " + method.timeout());
    }
    return new IntrospectionCredentialMethod(
        method,
        reader(method.name(), method.from()),
        new IntrospectionMethod(method, introspections),
        secrets,
        all.methods().stream()
            .anyMatch(other -> other instanceof AuthMethodSpec.Jwt && other.readsWhere(method)),
        proof(method.proof(), INTROSPECTION_SKEW, all));
  }

  private static CredentialReader reader(String method, List<CredentialLocation> from)
      throws UnloadablePlanException {
    if (from.isEmpty()) {
      throw new UnloadablePlanException("method " + method + " looks nowhere for its credential");
    }
    return new CredentialReader(from);
  }
}
