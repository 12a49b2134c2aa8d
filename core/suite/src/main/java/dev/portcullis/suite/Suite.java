// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.CidrSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of policy tests.
 *
 * @param file where it was read from; paths in it are relative to its directory
 * @param policies files and directories of the policies under test
 * @param services that exist, {@code namespace/name}
 * @param issuers token issuers, whose keys are made afresh for each run
 * @param tokens by name, for {@code ${token.NAME}}
 * @param holders of tokens that are bound to a key, each with the algorithm of its key, made
 *     afresh; for {@code ${jkt.NAME}}
 * @param proofs by name, for {@code ${proof.NAME}}
 * @param apiKeys by name, for {@code ${apiKey.NAME}}
 * @param geo where addresses belong to; empty: there is no database of it
 * @param addressLists what stands for files of the decision service, by their names
 * @param introspection issuers that are asked about their tokens, by name
 * @param revocations what was taken back before the first case
 * @param cases in their order; limits remember earlier ones
 */
public record Suite(
    String name,
    Path file,
    List<Path> policies,
    List<String> services,
    Map<String, Issuer> issuers,
    Map<String, Token> tokens,
    Map<String, Holder> holders,
    Map<String, Proof> proofs,
    Map<String, ApiKey> apiKeys,
    Map<Cidr, Place> geo,
    Map<String, CidrSet> addressLists,
    Map<String, Introspection> introspection,
    List<Revocation> revocations,
    List<Case> cases) {

  /** The same with other policies and cases. */
  Suite with(List<Path> otherPolicies, List<Case> otherCases) {
    return new Suite(
        name,
        file,
        otherPolicies,
        services,
        issuers,
        tokens,
        holders,
        proofs,
        apiKeys,
        geo,
        addressLists,
        introspection,
        revocations,
        List.copyOf(otherCases));
  }

  /**
   * Who signs tokens.
   *
   * @param algorithm of its one key, such as {@code RS256}
   * @param secret {@code namespace/name/key} of the Secret that receives its JWKS; null: none does
   * @param uri at which policies look for its JWKS, or the issuer of which they discover it, and
   *     get it without a fetch; null: none. Only where no server asks, that is in process
   * @param bits of an RSA key; null: 2048
   * @param jwk members over those of its JWK, right or wrong; null removes one
   */
  public record Issuer(
      String algorithm,
      @Nullable String secret,
      @Nullable String uri,
      @Nullable Integer bits,
      @Nullable Map<String, @Nullable Object> jwk) {

    /** An issuer whose keys stand in a Secret. */
    public static Issuer inSecret(String algorithm, String secret) {
      return new Issuer(algorithm, secret, null, null, null);
    }
  }

  /**
   * Where the addresses of a network belong to.
   *
   * @param country two letters; null: not known
   * @param asn number of the autonomous system; null: not known
   */
  public record Place(@Nullable String country, @Nullable Long asn) {}

  /**
   * Whoever holds a token that is bound to a key.
   *
   * @param algorithm of the key, such as {@code ES256}
   */
  public record Holder(String algorithm) {}

  /**
   * An issuer that is asked about its tokens (RFC 7662).
   *
   * @param endpoint at which policies ask. In process the answer comes without a question
   * @param secret {@code namespace/name} of the Secret that receives what the issuer knows its
   *     client by
   * @param tokens what it says of which token; for {@code ${opaque.NAME}}. Their texts are made
   *     afresh, and of every other token it says that it is not active
   */
  public record Introspection(String endpoint, String secret, Map<String, OpaqueToken> tokens) {}

  /**
   * What an issuer says of a token.
   *
   * @param claims members over the usual {@code active}, {@code iat} and {@code exp}; null removes
   *     one
   * @param raw the whole text of the answer instead; null: {@code claims} counts
   * @param expiresIn from now, such as {@code 10m} or {@code -1h}; sets {@code exp}
   * @param authAge how long ago the caller authenticated, such as {@code 5m}; sets {@code
   *     auth_time}; null: the answer does not say
   * @param status of the answer
   * @param contentType of the answer
   */
  public record OpaqueToken(
      Map<String, @Nullable Object> claims,
      @Nullable String raw,
      String expiresIn,
      @Nullable String authAge,
      int status,
      String contentType) {}

  /**
   * What is taken back: one of {@code jti}, {@code sid} and {@code subject} of an issuer, or an API
   * key.
   *
   * @param namespace whose policies it concerns; null: all
   * @param issuedBefore of a subject's tokens, RFC 3339; null: now
   * @param apiKey its name in the suite
   */
  public record Revocation(
      @Nullable String issuer,
      @Nullable String namespace,
      @Nullable String jti,
      @Nullable String sid,
      @Nullable String subject,
      @Nullable String issuedBefore,
      @Nullable String apiKey) {}

  /**
   * A key that is issued for the run.
   *
   * @param notBefore from when it counts, RFC 3339; null: at once
   * @param expires until when, likewise; null: for ever
   */
  public record ApiKey(
      String namespace,
      String client,
      @Nullable String plan,
      List<String> scopes,
      Map<String, String> labels,
      boolean revoked,
      @Nullable String notBefore,
      @Nullable String expires,
      Known known) {

    /** What its resource says of it. */
    public enum Known {
      /** The truth. */
      KEY,
      /** Its id, and the hash of another key: whoever has it does not know the secret. */
      ID,
      /** Nothing: there is none. */
      NOTHING
    }
  }
}
