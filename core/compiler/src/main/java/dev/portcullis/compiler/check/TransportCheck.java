// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.Authentication;
import dev.portcullis.crds.v1alpha1.apipolicy.MtlsMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.MtlsMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Transport;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.TransportSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks how callers connect, and the identities that their connections may prove. */
final class TransportCheck {

  private TransportCheck() {}

  static @Nullable TransportSpec check(
      @Nullable Transport section,
      @Nullable Authentication authentication,
      FieldPath path,
      Scope scope) {
    if (section == null) {
      return null;
    }
    if (section.mtls() == MtlsMode.DISABLED
        && authentication != null
        && authentication.methods().stream().anyMatch(method -> method.mtls() != null)) {
      scope.report(
          DiagnosticCode.MTLS_DISABLED,
          path.field("mtls"),
          "transport.mtls is Disabled, so that no method mtls can ever hold",
          "remove the method, or write Permissive");
    }
    return new TransportSpec(scope.policy(), scope.mode(), Words.plan(section.mtls()));
  }

  static AuthMethodSpec method(String name, MtlsMethod method, FieldPath path, Scope scope) {
    FieldPath list = path.field("principals");
    List<PrincipalPattern> principals = new ArrayList<>();
    for (int i = 0; i < method.principals().size(); i++) {
      try {
        principals.add(PrincipalPattern.parse(method.principals().get(i)));
      } catch (IllegalArgumentException e) {
        scope.report(
            DiagnosticCode.BAD_PRINCIPAL,
            list.at(i),
            String.valueOf(e.getMessage()),
            "write a SPIFFE ID such as spiffe://cluster.local/ns/shop/sa/orders, with * for a"
                + " segment or a part of one");
      }
    }
    return new AuthMethodSpec.Mtls(name, principals);
  }
}
