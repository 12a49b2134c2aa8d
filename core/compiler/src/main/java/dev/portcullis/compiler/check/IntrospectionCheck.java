// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.apipolicy.CertificateBinding;
import dev.portcullis.crds.v1alpha1.apipolicy.IntrospectionMethod;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.SecretRef;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a method that asks the issuer of a token. */
final class IntrospectionCheck {
  private static final String CLIENT_ID = "client-id";
  private static final String CLIENT_SECRET = "client-secret";

  private static final Duration DEFAULT_TTL = Duration.ofSeconds(30);
  private static final Duration MAX_TTL = Duration.ofMinutes(10);
  private static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);

  private final Scope scope;
  private final List<Content.SecretUse> secrets;

  IntrospectionCheck(Scope scope, List<Content.SecretUse> secrets) {
    this.scope = scope;
    this.secrets = secrets;
  }

  AuthMethodSpec check(String name, IntrospectionMethod method, FieldPath path) {
    String refusal = JwksUri.refusal(method.endpoint());
    if (!refusal.isEmpty()) {
      scope.report(
          DiagnosticCode.INTROSPECTION_REFUSED,
          path.field("endpoint"),
          "the endpoint " + Quote.of(method.endpoint()) + " " + refusal,
          "use https; http is for loopback addresses and names inside the cluster (*.svc)");
    }
    if (method.issuer() == null) {
      scope.report(
          DiagnosticCode.INTROSPECTION_WITHOUT_ISSUER,
          path,
          "the method names no issuer: a token of which the answer says no iss cannot be revoked"
              + " here",
          "write issuer if the answers say iss; else revoke at the issuer, and let cacheTtl be"
              + " short");
    }
    String secret = method.clientSecretRef().name();
    FieldPath reference = path.field("clientSecretRef");
    return new AuthMethodSpec.Introspection(
        name,
        method.endpoint(),
        secret(name, secret, CLIENT_ID, reference),
        secret(name, secret, CLIENT_SECRET, reference),
        duration(method.cacheTtl(), DEFAULT_TTL, Duration.ZERO, MAX_TTL, path.field("cacheTtl")),
        duration(
            method.timeout(),
            MIN_TIMEOUT,
            MIN_TIMEOUT,
            AuthMethodSpec.Introspection.MAX_TIMEOUT,
            path.field("timeout")),
        method.issuer(),
        method.audiences(),
        AuthenticationCheck.locations(method.from(), JwtCheck.BEARER, path.field("from"), scope),
        ClaimHeadersCheck.check(method.claimsToHeaders(), path.field("claimsToHeaders"), scope),
        method.proofOfPossession() == CertificateBinding.MUTUAL_TLS
            ? new ProofSpec.MutualTls()
            : null);
  }

  /** The hash is known only when the Secret is; see RefResolver. */
  private SecretRef secret(String method, String name, String key, FieldPath path) {
    secrets.add(new Content.SecretUse(method, name, key, path));
    return new SecretRef(scope.policy().namespace(), name, key, "");
  }

  private Duration duration(
      @Nullable String text, Duration byDefault, Duration least, Duration most, FieldPath path) {
    return text == null ? byDefault : Values.duration(text, least, most, path, scope);
  }
}
