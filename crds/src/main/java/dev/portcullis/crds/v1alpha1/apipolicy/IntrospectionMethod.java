// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1.apipolicy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import dev.portcullis.crds.v1alpha1.Absent;
import dev.portcullis.crds.v1alpha1.Names;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of which their issuer is asked (RFC 7662).
 *
 * @param cacheTtl 0s to 10m; null: 30s
 * @param timeout 1s to 4s; null: 1s
 * @param audiences empty: whatever the answer says
 * @param from empty: header {@code Authorization} with prefix {@code "Bearer "}
 * @param proofOfPossession null: none
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record IntrospectionMethod(
    @JsonPropertyDescription(
            "URL of the issuer's introspection endpoint. https; http only to this machine or to a"
                + " Service's name.")
        @Required
        @Size(min = 1, max = 1024)
        @ValidationRule(
            value =
                "isURL(self) && url(self).getHostname() != '' && !self.contains('#') &&"
                    + " !self.contains('@') && (url(self).getScheme() == 'https'"
                    + " || (url(self).getScheme() == 'http' && (url(self).getHostname() in"
                    + " ['localhost', '127.0.0.1', '::1'] ||"
                    + " url(self).getHostname().endsWith('.svc') ||"
                    + " url(self).getHostname().endsWith('.svc.cluster.local'))))",
            message =
                "endpoint must be an https URL without credentials and fragment (http only to"
                    + " localhost or to a name that ends in .svc): else whoever stands between"
                    + " could read every token and let in whom he likes")
        String endpoint,
    @JsonPropertyDescription(
            "Secret of this namespace by which the endpoint knows who asks (HTTP Basic): the client"
                + " under the key client-id, its secret under client-secret.")
        @Required
        ClientSecretRef clientSecretRef,
    @JsonPropertyDescription(
            "How long an answer counts at most, 0s to 10m; never longer than the token. A token"
                + " that is revoked may pass for so long. Default: 30s.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) <= duration('10m')",
            message = "cacheTtl must be at most 10m: revoked tokens pass for so long")
        @Nullable String cacheTtl,
    @JsonPropertyDescription(
            "How long an answer may take, 1s to 4s; a request whose answer takes longer gets 503."
                + " Default: 1s.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) >= duration('1s') && duration(self) <= duration('4s')",
            message = "timeout must be 1s to 4s: Envoy waits no longer than 5s for a decision")
        @Nullable String timeout,
    @JsonPropertyDescription(
            "Which issuer the answer must name (iss), character by character. Default: the answer"
                + " need not name any.")
        @Size(min = 1, max = 512)
        @Pattern("^[!-~]+$")
        @Nullable String issuer,
    @JsonPropertyDescription(
            "Whom tokens are meant for; aud of the answer must name one of them. Default: whatever"
                + " the issuer says, so that a token for another API may pass.")
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 512) String> audiences,
    @JsonPropertyDescription(
            "Where the token may stand, tried in this order. Default: header Authorization with"
                + " prefix \"Bearer \".")
        @Size(min = 1, max = 8)
        List<CredentialSource> from,
    @JsonPropertyDescription(
            "Members of the answer that upstream receives as headers. What a client sends under"
                + " those names is removed.")
        @Size(max = 16)
        @ValidationRule(
            value =
                "self.all(a, self.exists_one(b, b.header.lowerAscii() == a.header.lowerAscii()))",
            message =
                "headers of claimsToHeaders must differ: remove one of those that share a header")
        List<ClaimToHeader> claimsToHeaders,
    @JsonPropertyDescription(
            "How whoever sends a token proves to be its holder, so that a stolen token is worth"
                + " nothing. None: not at all; a token that is bound to anything (cnf of the"
                + " answer) is refused. MutualTls: by the certificate that the client shows to a"
                + " gateway (RFC 8705), whose SHA-256 digest is cnf.x5t#S256 of the answer."
                + " Default: None.")
        @Nullable CertificateBinding proofOfPossession) {

  public IntrospectionMethod {
    audiences = Absent.toEmpty(audiences);
    from = Absent.toEmpty(from);
    claimsToHeaders = Absent.toEmpty(claimsToHeaders);
  }
}
