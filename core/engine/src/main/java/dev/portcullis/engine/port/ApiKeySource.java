// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The issued keys, found without I/O in O(1). */
@FunctionalInterface
public interface ApiKeySource {

  /** The key with the id in the namespace; null when there is none. */
  @Nullable ApiKeyRecord find(String namespace, String id);

  /**
   * A key was accepted. Called with every request that carries one: does no I/O and waits for
   * nobody.
   */
  default void used(ApiKeyRecord key, Instant at) {}

  /** Who is asked about ids that {@link #find} does not know; null: nobody, they are unknown. */
  default @Nullable StoredKeys stored() {
    return null;
  }
}
