// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** Where the keys that verify tokens come from. */
public sealed interface JwksSpec {

  /** Fetched ahead of need and kept while the server is away. */
  record Remote(String uri) implements JwksSpec {}

  /**
   * Where the issuer's own metadata says (OpenID Connect Discovery 1.0 section 4); fetched and kept
   * like {@link Remote}.
   *
   * @param issuer with which the metadata must agree, character by character
   */
  record Discovered(String issuer) implements JwksSpec {
    /** What stands between an issuer and its metadata. */
    public static final String METADATA = "/.well-known/openid-configuration";

    /**
     * The address of the metadata, with the issuer as its fragment: two issuers that differ in a
     * last slash only have one address for their metadata, and at most one of them agrees with it.
     */
    public String uri() {
      String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
      return base + METADATA + "#" + issuer;
    }
  }

  /** Public keys that stand in the policy itself. */
  record Inline(String json) implements JwksSpec {}

  /** Keys in a Secret; the plan holds the hash only, the material travels apart. */
  record FromSecret(SecretRef secret) implements JwksSpec {}
}
