// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/** Where the keys that verify tokens come from. */
public sealed interface JwksSpec {

  /** Fetched ahead of need and kept while the server is away. */
  record Remote(String uri) implements JwksSpec {}

  /** Public keys that stand in the policy itself. */
  record Inline(String json) implements JwksSpec {}

  /** Keys in a Secret; the plan holds the hash only, the material travels apart. */
  record FromSecret(SecretRef secret) implements JwksSpec {}
}
