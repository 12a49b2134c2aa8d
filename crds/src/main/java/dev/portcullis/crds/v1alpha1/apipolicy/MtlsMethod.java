// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Certificates, proved by mutual TLS. Any one of what is listed suffices.
 *
 * @param principals SPIFFE IDs; {@code *} stands for any characters inside one segment of the path
 * @param uris of clients from outside; likewise, and never in the host
 * @param dnsNames of clients from outside; {@code *} may stand for the first label
 * @param fingerprints of single certificates of clients from outside
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "has(self.principals) || has(self.uris) || has(self.dnsNames) || has(self.fingerprints)",
    message =
        "mtls must say whose certificates count: principals for workloads; uris, dnsNames or"
            + " fingerprints for clients from outside")
public record MtlsMethod(
    @JsonPropertyDescription(
            "SPIFFE IDs of the callers that are let in, such as"
                + " spiffe://cluster.local/ns/shop/sa/orders. A * stands for any characters inside"
                + " one segment of the path, never for a slash or a trust domain. A client from"
                + " outside never has one of this installation's trust domain.")
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = "self.all(p, p.startsWith('spiffe://'))",
            message =
                "principals: each must begin with spiffe://, such as"
                    + " spiffe://cluster.local/ns/shop/sa/orders")
        @ValidationRule(
            value =
                "self.all(p, !p.startsWith('spiffe://') ||"
                    + " p.matches('^spiffe://[a-z0-9._-]{1,255}/'))",
            message =
                "principals: after spiffe:// stands a trust domain of lower-case letters, digits,"
                    + " dots, dashes and underscores, without * and port, and then a path")
        @ValidationRule(
            value =
                "self.all(p, !p.matches('^spiffe://[a-z0-9._-]{1,255}/') ||"
                    + " (p.matches('^spiffe://[^/]+(/[A-Za-z0-9._*-]+)+$')"
                    + " && !p.matches('/[.]{1,2}(/|$)') && !p.contains('**')))",
            message =
                "principals: segments of the path are letters, digits, dots, dashes, underscores"
                    + " and *, never empty, . or .., and without **: one * stands for one segment"
                    + " at most")
        List<@Size(min = 1, max = 1024) String> principals,
    @JsonPropertyDescription(
            "URIs that the certificates of clients from outside name (subject alternative names),"
                + " such as https://partner.example/apps/*. A * stands for any characters but"
                + " / : ? # @, and never in the host. Holds at a gateway that asks for clients'"
                + " certificates.")
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = "self.all(u, u.matches('^[a-z][a-z0-9+.-]*:[!-~]+$'))",
            message =
                "uris: each is a scheme in lower case, a colon and then characters of ASCII without"
                    + " spaces, such as https://partner.example/apps/*")
        @ValidationRule(
            value = "!self.exists(u, u.startsWith('spiffe:'))",
            message = "uris: identities of workloads stand under principals")
        @ValidationRule(
            value = "self.all(u, !u.contains('**') && !u.matches('^[a-z][a-z0-9+.-]*://[^/]*[*]'))",
            message =
                "uris: a * stands for a part of the path, never in the host, and there is no **")
        List<@Size(min = 1, max = 1024) String> uris,
    @JsonPropertyDescription(
            "DNS names that the certificates of clients from outside name (subject alternative"
                + " names), such as api.partner.example, or *.partner.example for those with one"
                + " label more. Holds at a gateway that asks for clients' certificates.")
        @Size(min = 1, max = 64)
        @ValidationRule(
            value =
                "self.all(d, d.matches('^([*][.])?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
                    + "([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$'))",
            message =
                "dnsNames: labels of lower-case letters, digits and dashes, and at most one * as"
                    + " the whole first label")
        @ValidationRule(
            value = "!self.exists(d, d.matches('^[*][.][^.]*$'))",
            message = "dnsNames: a * below a top-level domain means everybody: name a domain")
        List<@Size(min = 1, max = 253) String> dnsNames,
    @JsonPropertyDescription(
            "SHA-256 digests of single certificates (of their DER encoding), as openssl x509"
                + " -fingerprint -sha256 prints them or as 64 hexadecimal digits in lower case."
                + " Holds at a gateway that asks for clients' certificates.")
        @Size(min = 1, max = 64)
        @ValidationRule(
            value = "self.all(f, f.matches('^([0-9a-f]{64}|[0-9A-F]{2}(:[0-9A-F]{2}){31})$'))",
            message =
                "fingerprints: 64 hexadecimal digits in lower case, or 32 pairs in upper case with"
                    + " colons")
        List<@Size(min = 64, max = 95) String> fingerprints) {

  public MtlsMethod {
    principals = Absent.toEmpty(principals);
    uris = Absent.toEmpty(uris);
    dnsNames = Absent.toEmpty(dnsNames);
    fingerprints = Absent.toEmpty(fingerprints);
  }
}
