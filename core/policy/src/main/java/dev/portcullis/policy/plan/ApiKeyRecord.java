// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An issued key as the decision service knows it: never the key, only its hash.
 *
 * @param id the public part by which a key is found, unique within its namespace
 * @param sha256 of the whole key as text (UTF-8), 64 lower-case hexadecimal digits
 * @param plan null: none
 * @param notBefore null: at once
 * @param expires null: never
 */
public record ApiKeyRecord(
    String namespace,
    String name,
    String id,
    String sha256,
    String client,
    @Nullable String plan,
    List<String> scopes,
    @Nullable Instant notBefore,
    @Nullable Instant expires,
    boolean revoked,
    SortedMap<String, String> labels) {

  public ApiKeyRecord {
    scopes = List.copyOf(scopes);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
