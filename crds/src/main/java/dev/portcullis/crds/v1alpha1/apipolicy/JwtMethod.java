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
 * @param from empty: header {@code Authorization} with prefix {@code "Bearer "}, or {@code "DPoP "}
 *     where proofs are asked for
 * @param proofOfPossession null: none
 * @param dpop null: what its fields say by default
 * @param backchannelLogout null: the issuer reports none
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
    value = "!has(self.dpop) || (has(self.proofOfPossession) && self.proofOfPossession == 'DPoP')",
    message = "dpop says what proofs must say: set proofOfPossession to DPoP, or remove dpop",
    fieldPath = ".dpop")
@ValidationRule(
    value =
        "!has(self.proofOfPossession) || self.proofOfPossession != 'DPoP' || !has(self.from) ||"
            + " self.from.all(f, has(f.header) && has(f.prefix) && f.prefix.lowerAscii() == 'dpop"
            + " ')",
    message =
        "with proofOfPossession DPoP a token stands after its scheme (RFC 9449 section 7.1): from"
            + " may name headers with the prefix \"DPoP \" only",
    fieldPath = ".from")
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
                + " prefix \"Bearer \", or \"DPoP \" with proofOfPossession DPoP.")
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
        List<ClaimToHeader> claimsToHeaders,
    @JsonPropertyDescription(
            "How whoever sends a token proves to be its holder, so that a stolen token is worth"
                + " nothing. None: not at all; a token that is bound to anything (claim cnf) is"
                + " refused. DPoP: by a signature over each request (RFC 9449), with the key whose"
                + " thumbprint is the token's claim cnf.jkt. MutualTls: by the certificate that the"
                + " client shows to a gateway (RFC 8705), whose SHA-256 digest is the token's claim"
                + " cnf.x5t#S256. Default: None.")
        @Nullable ProofOfPossession proofOfPossession,
    @JsonPropertyDescription("What proofs of DPoP must say.") @Nullable Dpop dpop,
    @JsonPropertyDescription(
            "Sessions that end at the issuer end here too: it reports logouts to"
                + " /logout/NAMESPACE/POLICY/METHOD of the decision service's revocation port.")
        @Nullable BackchannelLogout backchannelLogout) {

  public JwtMethod {
    audiences = Absent.toEmpty(audiences);
    algorithms = Absent.toEmpty(algorithms);
    from = Absent.toEmpty(from);
    claimsToHeaders = Absent.toEmpty(claimsToHeaders);
  }
}
