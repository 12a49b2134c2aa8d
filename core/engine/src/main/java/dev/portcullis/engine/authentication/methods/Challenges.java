// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.CredentialLocation;
import dev.portcullis.policy.plan.JwsAlgorithm;
import dev.portcullis.policy.plan.ProofSpec;
import dev.portcullis.policy.plan.RouteId;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The values of {@code WWW-Authenticate} that a route's refusals carry (RFC 9110 section 11.6.1,
 * RFC 6750 section 3, RFC 9449 section 7.1), made once. They say how to present a credential and
 * never why one failed beyond {@code invalid_token}.
 *
 * @param missing when nothing was presented; empty: no method asks for anything in a request
 * @param invalid when something failed
 * @param unproven when a token held, and the proof that came with it did not
 * @param withoutNonce when the proof did not carry a nonce that is good now
 */
record Challenges(
    List<String> missing, List<String> invalid, List<String> unproven, List<String> withoutNonce) {

  static Challenges of(RouteId route, List<AuthMethodSpec> methods) {
    return new Challenges(
        values(route, methods, "", ""),
        values(route, methods, INVALID_TOKEN, INVALID_TOKEN),
        values(
            route,
            methods,
            methods.stream().anyMatch(Challenges::asksForCertificate) ? INVALID_TOKEN : "",
            ", error=\"invalid_dpop_proof\""),
        values(route, methods, "", ", error=\"use_dpop_nonce\""));
  }

  private static final String INVALID_TOKEN = ", error=\"invalid_token\"";

  private static final String PROOF_ALGORITHMS =
      ", algs=\""
          + Arrays.stream(JwsAlgorithm.values())
              .filter(algorithm -> !algorithm.symmetric())
              .map(JwsAlgorithm::name)
              .collect(Collectors.joining(" "))
          + "\"";

  /** Then a token is not valid, in the words of RFC 8705 section 3, over this connection. */
  private static boolean asksForCertificate(AuthMethodSpec method) {
    return switch (method) {
      case AuthMethodSpec.Jwt jwt -> jwt.proof() instanceof ProofSpec.MutualTls;
      case AuthMethodSpec.Introspection asked -> asked.proof() instanceof ProofSpec.MutualTls;
      case AuthMethodSpec.ApiKey _, AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ -> false;
    };
  }

  private static List<String> values(
      RouteId route, List<AuthMethodSpec> methods, String bearerError, String dpopError) {
    Set<String> values = new LinkedHashSet<>();
    for (AuthMethodSpec method : methods) {
      switch (method) {
        case AuthMethodSpec.Jwt jwt ->
            values.add(token(route, jwt.proof(), bearerError, dpopError));
        case AuthMethodSpec.Introspection asked ->
            values.add(token(route, asked.proof(), bearerError, dpopError));
        case AuthMethodSpec.ApiKey key -> {
          for (CredentialLocation place : key.from()) {
            values.add("ApiKey realm=\"" + route + "\"" + place(place));
          }
        }
        case AuthMethodSpec.Mtls _, AuthMethodSpec.Anonymous _ -> {
          // Nothing to present in a request.
        }
      }
    }
    return List.copyOf(values);
  }

  private static String token(
      RouteId route, @Nullable ProofSpec proof, String bearerError, String dpopError) {
    return proof instanceof ProofSpec.Dpop
        ? "DPoP realm=\"" + route + "\"" + PROOF_ALGORITHMS + dpopError
        : "Bearer realm=\"" + route + "\"" + bearerError;
  }

  /** Names are tokens in a header, but a query parameter may be called anything. */
  private static String place(CredentialLocation place) {
    return place.name().chars().allMatch(c -> c > ' ' && c < 0x7F && c != '"' && c != '\\')
        ? ", in=\"" + kind(place) + "\", name=\"" + place.name() + "\""
        : "";
  }

  private static String kind(CredentialLocation place) {
    return switch (place.kind()) {
      case HEADER -> "header";
      case COOKIE -> "cookie";
      case QUERY -> "query";
    };
  }
}
