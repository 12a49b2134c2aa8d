// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.apipolicy.Authentication;
import dev.portcullis.crds.v1alpha1.apipolicy.MtlsMethod;
import dev.portcullis.crds.v1alpha1.apipolicy.MtlsMode;
import dev.portcullis.crds.v1alpha1.apipolicy.Transport;
import dev.portcullis.policy.match.CertificateDigest;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.PrincipalPattern;
import dev.portcullis.policy.match.UriPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.TransportSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
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
    if (Stream.of(method.principals(), method.uris(), method.dnsNames(), method.fingerprints())
        .allMatch(List::isEmpty)) {
      scope.report(
          DiagnosticCode.FIELD_REQUIRED,
          path,
          "mtls does not say whose certificates count",
          "list principals for workloads; uris, dnsNames or fingerprints for clients from outside");
    }
    return new AuthMethodSpec.Mtls(
        name,
        read(
            method.principals(),
            PrincipalPattern::parse,
            path.field("principals"),
            DiagnosticCode.BAD_PRINCIPAL,
            "write a SPIFFE ID such as spiffe://cluster.local/ns/shop/sa/orders, with * for a"
                + " segment or a part of one",
            scope),
        read(
            method.uris(),
            UriPattern::parse,
            path.field("uris"),
            DiagnosticCode.BAD_CLIENT_CERTIFICATE,
            "write a URI such as https://partner.example/apps/*, and identities of workloads under"
                + " principals",
            scope),
        read(
            method.dnsNames(),
            DnsNamePattern::parse,
            path.field("dnsNames"),
            DiagnosticCode.BAD_CLIENT_CERTIFICATE,
            "write a name such as api.partner.example, or *.partner.example",
            scope),
        read(
            method.fingerprints(),
            CertificateDigest::parse,
            path.field("fingerprints"),
            DiagnosticCode.BAD_CLIENT_CERTIFICATE,
            "write what openssl x509 -noout -fingerprint -sha256 prints after its =",
            scope));
  }

  private static <T> List<T> read(
      List<String> texts,
      Function<String, T> parse,
      FieldPath list,
      DiagnosticCode code,
      String hint,
      Scope scope) {
    List<T> read = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      try {
        read.add(parse.apply(texts.get(i)));
      } catch (IllegalArgumentException e) {
        scope.report(code, list.at(i), String.valueOf(e.getMessage()), hint);
      }
    }
    return read;
  }
}
