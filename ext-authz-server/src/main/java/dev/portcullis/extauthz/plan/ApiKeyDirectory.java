// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.engine.port.ApiKeySource;
import dev.portcullis.engine.port.StoredKeys;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The issued keys by namespace and id. Read by every thread without locks; a change of one key is
 * seen by the next request.
 */
public final class ApiKeyDirectory implements ApiKeySource {
  private final Map<String, Map<String, ApiKeyRecord>> byNamespace = new ConcurrentHashMap<>();
  private final @Nullable ApiKeyUse use;
  private final @Nullable StoredKeys stored;

  /** A directory that does not note when keys are used. */
  public ApiKeyDirectory() {
    this(null, null);
  }

  /**
   * @param use where it is noted when keys are used; null: nowhere
   * @param stored who is asked about other ids; null: nobody
   */
  public ApiKeyDirectory(@Nullable ApiKeyUse use, @Nullable StoredKeys stored) {
    this.use = use;
    this.stored = stored;
  }

  @Override
  public @Nullable ApiKeyRecord find(String namespace, String id) {
    Map<String, ApiKeyRecord> keys = byNamespace.get(namespace);
    return keys == null ? null : keys.get(id);
  }

  @Override
  public void used(ApiKeyRecord key, Instant at) {
    if (use != null) {
      use.note(key, at);
    }
  }

  @Override
  public @Nullable StoredKeys stored() {
    return stored;
  }

  /** Adds a key, or replaces the one with its id. */
  public void put(ApiKeyRecord key) {
    byNamespace.computeIfAbsent(key.namespace(), _ -> new ConcurrentHashMap<>()).put(key.id(), key);
  }

  void remove(ApiKeyRecord key) {
    byNamespace.computeIfPresent(
        key.namespace(),
        (_, keys) -> {
          keys.remove(key.id());
          return keys.isEmpty() ? null : keys;
        });
  }
}
