// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.apipolicy.BackchannelLogout;
import dev.portcullis.crds.v1alpha1.apipolicy.Jwks;
import dev.portcullis.crds.v1alpha1.apipolicy.JwtMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.ProofOfPossession;
import dev.portcullis.crds.v1alpha1.apipolicy.SecretKeyRef;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwksSpec;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.LogoutSpec;
import dev.portcullis.policy.plan.SecretRef;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a method that verifies signed tokens. */
final class JwtCheck {
  private static final List<JwsAlgorithm> DEFAULT_ALGORITHMS =
      List.of(JwsAlgorithm.RS256, JwsAlgorithm.ES256, JwsAlgorithm.PS256, JwsAlgorithm.EdDSA);
  private static final Duration DEFAULT_SKEW = Duration.ofSeconds(30);
  private static final Duration MAX_SKEW = Duration.ofSeconds(60);
  static final CredentialLocation BEARER =
      new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "Bearer ");

  private static final CredentialLocation DPOP =
      new CredentialLocation(CredentialLocation.Kind.HEADER, "authorization", "DPoP ");

  private final Scope scope;
  private final List<Content.SecretUse> secrets;

  JwtCheck(Scope scope, List<Content.SecretUse> secrets) {
    this.scope = scope;
    this.secrets = secrets;
  }

  /** The method; null when it says too little to be one. */
  @Nullable AuthMethodSpec check(String name, JwtMethod jwt, FieldPath path) {
    List<JwsAlgorithm> algorithms =
        jwt.algorithms().isEmpty()
            ? DEFAULT_ALGORITHMS
            : jwt.algorithms().stream().map(Words::plan).distinct().toList();
    Jwks jwks = jwt.jwks();
    checkFamilies(algorithms, jwks, path.field("algorithms"));
    JwksSpec keys =
        jwks == null
            ? discovered(jwt.issuer(), path.field("issuer"))
            : keys(name, jwks, algorithms, path.field("jwks"));
    String skew = jwt.clockSkew();
    return keys == null
        ? null
        : new AuthMethodSpec.Jwt(
            name,
            jwt.issuer(),
            jwt.audiences(),
            keys,
            algorithms,
            skew == null
                ? DEFAULT_SKEW
                : Values.duration(skew, Duration.ZERO, MAX_SKEW, path.field("clockSkew"), scope),
            locations(jwt, path.field("from")),
            ClaimHeadersCheck.check(jwt.claimsToHeaders(), path.field("claimsToHeaders"), scope),
            ProofCheck.check(jwt, path, scope),
            logout(jwt.backchannelLogout(), path.field("backchannelLogout")));
  }

  private List<CredentialLocation> locations(JwtMethod jwt, FieldPath path) {
    boolean dpop = jwt.proofOfPossession() == ProofOfPossession.DPOP;
    List<CredentialLocation> locations =
        AuthenticationCheck.locations(jwt.from(), dpop ? DPOP : BEARER, path, scope);
    for (int i = 0; dpop && i < locations.size(); i++) {
      CredentialLocation location = locations.get(i);
      if (location.kind() != CredentialLocation.Kind.HEADER
          || !location.prefix().equalsIgnoreCase(DPOP.prefix())) {
        scope.report(
            DiagnosticCode.BAD_PROOF_SOURCE,
            path.at(i),
            "a token with a proof of possession stands in a header after the scheme DPoP",
            "name a header with prefix \"DPoP \", or leave from out");
      }
    }
    return locations;
  }

  private void checkFamilies(List<JwsAlgorithm> algorithms, @Nullable Jwks jwks, FieldPath path) {
    boolean symmetric = algorithms.stream().anyMatch(JwsAlgorithm::symmetric);
    if (symmetric && (jwks == null || jwks.secretRef() == null)) {
      scope.report(
          DiagnosticCode.ALGORITHM_NEEDS_SECRET,
          path,
          "HMAC algorithms verify with the key that signs, which only a Secret may hold",
          "put the key set into a Secret and name it in jwks.secretRef");
    }
    if (symmetric && !algorithms.stream().allMatch(JwsAlgorithm::symmetric)) {
      scope.report(
          DiagnosticCode.ALGORITHMS_MIXED,
          path,
          "algorithms are of both kinds, HMAC and public-key",
          "make two methods, each with its own key set");
    }
  }

  private JwksSpec discovered(String issuer, FieldPath path) {
    String refusal = JwksUri.refusal(issuer);
    if (refusal.isEmpty() && issuer.indexOf('?') >= 0) {
      refusal = "has a query";
    }
    if (!refusal.isEmpty()) {
      scope.report(
          DiagnosticCode.JWKS_URI_REFUSED,
          path,
          "the keys of " + Quote.of(issuer) + " cannot be discovered: it " + refusal,
          "correct the issuer, or say in jwks where its keys are");
    }
    return new JwksSpec.Discovered(issuer);
  }

  private @Nullable JwksSpec keys(
      String method, Jwks jwks, List<JwsAlgorithm> algorithms, FieldPath path) {
    Values.exactlyOne(
        "jwks",
        path,
        scope,
        new Values.Choice("uri", jwks.uri() != null),
        new Values.Choice("inline", jwks.inline() != null),
        new Values.Choice("secretRef", jwks.secretRef() != null));
    String uri = jwks.uri();
    String inline = jwks.inline();
    SecretKeyRef secret = jwks.secretRef();
    if (uri != null) {
      String refusal = JwksUri.refusal(uri);
      if (!refusal.isEmpty()) {
        scope.report(
            DiagnosticCode.JWKS_URI_REFUSED,
            path.field("uri"),
            "the key set's uri " + Quote.of(uri) + " " + refusal,
            "use https; http is for loopback addresses and names inside the cluster (*.svc)");
      }
      return new JwksSpec.Remote(uri);
    }
    if (inline != null) {
      for (var problem : JwksCheck.check(inline, algorithms, JwksCheck.Holder.POLICY)) {
        scope.report(problem.code(), path.field("inline"), problem.message(), problem.fix());
      }
      return new JwksSpec.Inline(inline);
    }
    if (secret == null) {
      return null;
    }
    FieldPath reference = path.field("secretRef");
    secrets.add(new Content.SecretUse(method, secret.name(), secret.key(), reference));
    // The hash is known only when the Secret is; see RefResolver.
    return new JwksSpec.FromSecret(
        new SecretRef(scope.policy().namespace(), secret.name(), secret.key(), ""));
  }

  private @Nullable LogoutSpec logout(@Nullable BackchannelLogout logout, FieldPath path) {
    if (logout == null) {
      return null;
    }
    Values.unique(logout.clientIds(), id -> id, "", path.field("clientIds"), scope);
    return logout.clientIds().isEmpty() ? null : new LogoutSpec(logout.clientIds());
  }
}
