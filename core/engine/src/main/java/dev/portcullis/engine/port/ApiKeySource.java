// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.port;

import dev.portcullis.policy.plan.ApiKeyRecord;
import org.jspecify.annotations.Nullable;

/** The issued keys, found without I/O in O(1). */
@FunctionalInterface
public interface ApiKeySource {

  /** The key with the id in the namespace; null when there is none. */
  @Nullable ApiKeyRecord find(String namespace, String id);
}
