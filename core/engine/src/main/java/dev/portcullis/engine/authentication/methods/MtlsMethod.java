// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.methods;

import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.AuthenticationResult.Authenticated;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.authentication.credential.Credential;
import dev.portcullis.engine.request.ClientCertificate;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.DnsNamePattern;
import dev.portcullis.policy.match.Principal;
import dev.portcullis.policy.match.UriPattern;
import dev.portcullis.policy.plan.AuthMethodSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that Envoy verified when the connection began.
 *
 * <p>A workload of the mesh brings its certificate to whomever it calls, and a browser may show one
 * to whoever asks, so a certificate that nothing here names is no credential that fails: it is none
 * for this method, and the next one is tried.
 */
record MtlsMethod(AuthMethodSpec.Mtls spec) implements CredentialMethod {

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Credential read(RequestContext request) {
    String subject = subject(request);
    return subject == null ? Credential.Absent.ABSENT : new Credential.Present(subject);
  }

  /** The first name that is named, by the kind that says most; null: none is. */
  private @Nullable String subject(RequestContext request) {
    Principal id = request.peer().principal();
    if (id != null && spec.principals().stream().anyMatch(pattern -> pattern.matches(id))) {
      return id.value();
    }
    ClientCertificate certificate = request.clientCertificate();
    if (certificate == null) {
      return null;
    }
    String uri = first(certificate.uris(), spec.uris(), UriPattern::matches);
    if (uri != null) {
      return uri;
    }
    String dnsName = first(certificate.dnsNames(), spec.dnsNames(), DnsNamePattern::matches);
    if (dnsName != null) {
      return dnsName;
    }
    return spec.fingerprints().stream()
            .anyMatch(digest -> digest.sha256().equals(certificate.sha256()))
        ? "sha256:" + certificate.sha256()
        : null;
  }

  private interface Match<P> {
    boolean means(P pattern, String name);
  }

  private static <P> @Nullable String first(List<String> names, List<P> patterns, Match<P> match) {
    for (String name : names) {
      for (P pattern : patterns) {
        if (match.means(pattern, name)) {
          return name;
        }
      }
    }
    return null;
  }

  /** Holds: {@link #read} found only what is named here. */
  @Override
  public Attempt verify(String subject, RequestContext request, Patience patience) {
    ClientCertificate certificate = request.clientCertificate();
    return new Attempt.Success(
        new Authenticated(
            new Identity(
                spec.name(),
                true,
                subject,
                null,
                List.of(),
                Map.of(),
                null,
                null,
                certificate == null ? Identity.NO_END : certificate.notAfter().getEpochSecond() + 1,
                List.of())));
  }

  @Override
  public void disown(String credential) {
    // There is nothing to forget.
  }
}
