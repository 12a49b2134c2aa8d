// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

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
 * @param apiKeys by name, for {@code ${apiKey.NAME}}
 * @param cases in their order; limits remember earlier ones
 */
public record Suite(
    String name,
    Path file,
    List<Path> policies,
    List<String> services,
    Map<String, Issuer> issuers,
    Map<String, Token> tokens,
    Map<String, ApiKey> apiKeys,
    List<Case> cases) {

  /**
   * Who signs tokens.
   *
   * @param algorithm of its one key, such as {@code RS256}
   * @param secret {@code namespace/name/key} of the Secret that receives its JWKS; null: none does
   * @param uri at which policies look for its JWKS, or the issuer of which they discover it, and
   *     get it without a fetch; null: none. Only where no server asks, that is in process
   */
  public record Issuer(String algorithm, @Nullable String secret, @Nullable String uri) {

    /** An issuer whose keys stand in a Secret. */
    public static Issuer inSecret(String algorithm, String secret) {
      return new Issuer(algorithm, secret, null);
    }
  }

  /** A key that is issued for the run. */
  public record ApiKey(
      String namespace,
      String client,
      @Nullable String plan,
      List<String> scopes,
      Map<String, String> labels,
      boolean revoked,
      @Nullable String expires) {}
}
