// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
   * @param secret {@code namespace/name/key} of the Secret that receives its JWKS
   */
  public record Issuer(String algorithm, String secret) {}

  /** A key that is issued for the run. */
  public record ApiKey(
      String namespace,
      String client,
      @org.jspecify.annotations.Nullable String plan,
      List<String> scopes,
      Map<String, String> labels,
      boolean revoked,
      @org.jspecify.annotations.Nullable String expires) {}
}
