// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.authentication.Authenticator;
import dev.portcullis.engine.authentication.AuthenticatorFactory;
import dev.portcullis.engine.authentication.credential.CredentialReader;
import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.authentication.jwt.JwtMethod;
import dev.portcullis.engine.authentication.jwt.Signatures;
import dev.portcullis.engine.authentication.jwt.TokenCache;
import dev.portcullis.engine.authentication.keys.JwkSetReader;
import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.KeySource;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.AuthenticationSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.RouteId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the authentication of routes against the ports of one process. */
public final class RouteAuthenticators implements AuthenticatorFactory {
  /** More methods than any policy may have. */
  private static final int MAX_METHODS = 32;

  private final TokenCache cache;
  private final Signatures signatures;
  private final KeySource remoteKeys;
  private final SecretSource secrets;
  private final ApiKeySource apiKeys;

  /** Takes the ports; cache and signatures are shared by all routes. */
  public RouteAuthenticators(
      TokenCache cache,
      Signatures signatures,
      KeySource remoteKeys,
      SecretSource secrets,
      ApiKeySource apiKeys) {
    this.cache = cache;
    this.signatures = signatures;
    this.remoteKeys = remoteKeys;
    this.secrets = secrets;
    this.apiKeys = apiKeys;
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
        case AuthMethodSpec.Jwt jwt -> methods.add(jwt(jwt));
        case AuthMethodSpec.ApiKey key ->
            methods.add(new ApiKeyMethod(key, reader(key.name(), key.from()), apiKeys));
        case AuthMethodSpec.Mtls mtls -> methods.add(mtls(mtls));
        case AuthMethodSpec.Anonymous nobody -> anonymous = nobody.name();
      }
    }
    return new MethodsAuthenticator(methods, Challenges.of(route, spec.methods()), anonymous);
  }

  private CredentialMethod jwt(AuthMethodSpec.Jwt method) throws UnloadablePlanException {
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
        keys(method));
  }

  private static CredentialMethod mtls(AuthMethodSpec.Mtls method) throws UnloadablePlanException {
    if (method.principals().isEmpty()) {
      throw new UnloadablePlanException("method " + method.name() + " names no principal");
    }
    return MtlsMethod.of(method);
  }

  private static CredentialReader reader(String method, List<CredentialLocation> from)
      throws UnloadablePlanException {
    if (from.isEmpty()) {
      throw new UnloadablePlanException("method " + method + " looks nowhere for its credential");
    }
    return new CredentialReader(from);
  }

  private MethodKeys keys(AuthMethodSpec.Jwt method) throws UnloadablePlanException {
    return switch (method.jwks()) {
      case JwksSpec.Remote(String uri) -> new MethodKeys.Remote(uri, remoteKeys.keysAt(uri));
      case JwksSpec.Discovered discovered ->
          new MethodKeys.Remote(discovered.issuer(), remoteKeys.keysAt(discovered.uri()));
      case JwksSpec.Inline(String json) -> inline(method.name(), json);
      case JwksSpec.FromSecret(var secret) -> {
        var keys = new SecretKeys(secrets, secret);
        if (keys.unusable()) {
          throw new UnloadablePlanException("method " + method.name() + ": " + keys.absence());
        }
        yield new MethodKeys.Secret(keys);
      }
    };
  }

  private static MethodKeys inline(String method, String json) throws UnloadablePlanException {
    try {
      return new MethodKeys.Inline(
          JwkSetReader.readPublic(json.getBytes(StandardCharsets.UTF_8)).keys());
    } catch (MalformedTextException e) {
      throw new UnloadablePlanException("method " + method + ": jwks.inline: " + e.getMessage(), e);
    }
  }
}
