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
 * Signed tokens (RFC 7519).
 *
 * @param algorithms empty: RS256, ES256, PS256, EdDSA
 * @param clockSkew 0s to 60s; null: 30s
 * @param from empty: header {@code Authorization} with prefix {@code "Bearer "}
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "!has(self.algorithms) || !self.algorithms.exists(a, a.startsWith('HS'))"
            + " || (has(self.jwks) && has(self.jwks.secretRef))",
    message =
        "HMAC algorithms (HS256, HS384, HS512) need their key in a Secret: use jwks.secretRef",
    fieldPath = ".algorithms")
@ValidationRule(
    value =
        "!has(self.algorithms) || self.algorithms.all(a, a.startsWith('HS'))"
            + " || !self.algorithms.exists(a, a.startsWith('HS'))",
    message = "algorithms must be all HMAC or none: give each family a method of its own",
    fieldPath = ".algorithms")
@ValidationRule(
    value =
        "has(self.jwks) || (isURL(self.issuer) && url(self.issuer).getHostname() != '' &&"
            + " !self.issuer.contains('?') && !self.issuer.contains('#') &&"
            + " (url(self.issuer).getScheme() == 'https' || (url(self.issuer).getScheme() =="
            + " 'http' && (url(self.issuer).getHostname() in ['localhost', '127.0.0.1', '::1']"
            + " || url(self.issuer).getHostname().endsWith('.svc') ||"
            + " url(self.issuer).getHostname().endsWith('.svc.cluster.local')))))",
    message =
        "the keys of this issuer cannot be discovered, which needs an https URL (http only to"
            + " localhost or to a name that ends in .svc): say in jwks where they are",
    fieldPath = ".issuer")
public record JwtMethod(
    @JsonPropertyDescription(
            "Who issued the tokens; compared with the claim iss, character by character.")
        @Required
        @Size(min = 1, max = 512)
        @Pattern("^[!-~]+$")
        String issuer,
    @JsonPropertyDescription("Whom tokens are meant for; the claim aud must name one of them.")
        @Required
        @Size(min = 1, max = 16)
        List<@Size(min = 1, max = 512) String> audiences,
    @JsonPropertyDescription(
            "Where the keys that verify tokens come from. Default: the issuer's metadata says,"
                + " which is at the issuer's URL with /.well-known/openid-configuration after it.")
        @Nullable Jwks jwks,
    @JsonPropertyDescription(
            "Signature algorithms that are accepted. Default: RS256, ES256, PS256, EdDSA.")
        @Size(min = 1, max = 13)
        List<Algorithm> algorithms,
    @JsonPropertyDescription("How far clocks may differ, 0s to 60s. Default: 30s.")
        @Size(min = 2, max = 6)
        @Pattern(Names.DURATION)
        @ValidationRule(
            value = "duration(self) <= duration('60s')",
            message =
                "clockSkew must be at most 60s: repair the clocks rather than accept old tokens")
        @Nullable String clockSkew,
    @JsonPropertyDescription(
            "Where the token may stand, tried in this order. Default: header Authorization with"
                + " prefix \"Bearer \".")
        @Size(min = 1, max = 8)
        List<CredentialSource> from,
    @JsonPropertyDescription(
            "Verified claims that upstream receives as headers. What a client sends under those"
                + " names is removed.")
        @Size(max = 16)
        @ValidationRule(
            value =
                "self.all(a, self.exists_one(b, b.header.lowerAscii() == a.header.lowerAscii()))",
            message =
                "headers of claimsToHeaders must differ: remove one of those that share a header")
        List<ClaimToHeader> claimsToHeaders) {

  public JwtMethod {
    audiences = Absent.toEmpty(audiences);
    algorithms = Absent.toEmpty(algorithms);
    from = Absent.toEmpty(from);
    claimsToHeaders = Absent.toEmpty(claimsToHeaders);
  }
}
