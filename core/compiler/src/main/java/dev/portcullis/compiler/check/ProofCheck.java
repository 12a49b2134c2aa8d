// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.Dpop;
import dev.portcullis.crds.v1alpha1.apipolicy.JwtMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.ProofOfPossession;
import dev.portcullis.policy.match.OriginPattern;
import dev.portcullis.policy.plan.ProofSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks how the holders of tokens prove that they are. */
final class ProofCheck {
  private ProofCheck() {}

  /** The proof; null: none is asked for. */
  static @Nullable ProofSpec check(JwtMethod jwt, FieldPath path, Scope scope) {
    Dpop dpop = jwt.dpop();
    if (jwt.proofOfPossession() == ProofOfPossession.DPOP) {
      return dpop == null
          ? new ProofSpec.Dpop(List.of(), false)
          : new ProofSpec.Dpop(
              origins(dpop.origins(), path.field("dpop").field("origins"), scope),
              dpop.nonce() == Dpop.Nonce.REQUIRED);
    }
    if (dpop != null) {
      scope.report(
          DiagnosticCode.PROOF_NOT_ASKED_FOR,
          path.field("dpop"),
          "dpop says what proofs of DPoP must say, and none is asked for",
          "set proofOfPossession to DPoP, or remove dpop");
    }
    return jwt.proofOfPossession() == ProofOfPossession.MUTUAL_TLS
        ? new ProofSpec.MutualTls()
        : null;
  }

  private static List<String> origins(List<String> texts, FieldPath path, Scope scope) {
    List<String> out = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      String problem = problem(texts.get(i));
      if (!problem.isEmpty()) {
        scope.report(
            DiagnosticCode.BAD_ORIGIN,
            path.at(i),
            problem,
            "write the origin that clients call, such as https://api.example.com");
      }
      out.add(texts.get(i));
    }
    return out;
  }

  /** What is wrong with an origin; empty: nothing. */
  private static String problem(String text) {
    try {
      OriginPattern origin = OriginPattern.parse(text);
      if (origin.isAny() || !origin.regex().isEmpty() || !text.startsWith("http")) {
        return "origin \"" + text + "\" is not one that is called over HTTP";
      }
      return "";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
