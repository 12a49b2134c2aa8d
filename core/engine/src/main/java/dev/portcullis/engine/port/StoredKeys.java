// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Issued keys in a store that must be asked, and what is remembered of its answers. Thread-safe.
 */
public interface StoredKeys {

  /** What is said of a key. */
  sealed interface Answer {
    /** There is one with the id. */
    record Found(ApiKeyRecord key) implements Answer {}

    /** There is none. */
    enum Absent implements Answer {
      ABSENT
    }

    /**
     * That cannot be found out now.
     *
     * @param cause for operators
     */
    record Unavailable(String cause) implements Answer {}
  }

  /** What is remembered of the key with the id in the namespace; null: nothing that still holds. */
  @Nullable Answer recall(String namespace, String id);

  /** Asks, and waits for the answer; briefly. Never throws. */
  Answer fetch(String namespace, String id);

  /**
   * A key of the store was accepted. Called with every request that carries one: does no I/O and
   * waits for nobody.
   */
  default void used(ApiKeyRecord key, Instant at) {}
}
