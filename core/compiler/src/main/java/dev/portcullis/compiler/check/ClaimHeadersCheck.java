// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.compiler.diagnostic.Quote;
import dev.portcullis.crds.v1alpha1.apipolicy.ClaimToHeader;
import dev.portcullis.policy.plan.ClaimHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks which headers carry claims to upstream. */
final class ClaimHeadersCheck {
  /** Headers by which HTTP, Envoy or we ourselves decide something. */
  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "host",
          "authorization",
          "cookie",
          "connection",
          "content-length",
          "content-type",
          "content-encoding",
          "expect",
          "forwarded",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "set-cookie",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via",
          "x-request-id");

  private static final List<String> RESERVED_PREFIXES = List.of("x-envoy-", "x-forwarded-", ":");

  private ClaimHeadersCheck() {}

  static List<ClaimHeader> check(List<ClaimToHeader> claims, FieldPath path, Scope scope) {
    List<ClaimHeader> out = new ArrayList<>();
    for (int i = 0; i < claims.size(); i++) {
      ClaimToHeader claim = claims.get(i);
      String header = String.valueOf(claim.header()).toLowerCase(Locale.ROOT);
      if (RESERVED_HEADERS.contains(header)
          || RESERVED_PREFIXES.stream().anyMatch(header::startsWith)) {
        scope.report(
            DiagnosticCode.FORBIDDEN_HEADER,
            path.at(i).field("header"),
            "the header " + Quote.of(header) + " has a meaning of its own in HTTP or Envoy",
            "choose another name, such as x-user-id");
      }
      out.add(new ClaimHeader(claim.claim(), header));
    }
    Values.unique(out, ClaimHeader::header, "header", path, scope);
    return out;
  }
}
