// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ConfigMaps that policies may refer to.
 *
 * @param contents by name; a ConfigMap of the namespace {@code ""} counts in every namespace
 * @param forbidden those that may not be read
 * @param complete whether any other ConfigMap that is not here does not exist; else its absence is
 *     a warning
 */
public record KnownConfigMaps(Map<Name, Content> contents, Set<Name> forbidden, boolean complete) {

  /**
   * A ConfigMap.
   *
   * @param namespace {@code ""}: every namespace
   */
  public record Name(String namespace, String name) {}

  /**
   * What a ConfigMap holds.
   *
   * @param texts by key; what is binary is left out
   */
  public record Content(SortedMap<String, String> texts) {

    public Content {
      texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
    }

    /** The texts of one key, or of all of them when it is null; empty when there is no such key. */
    public SortedMap<String, String> of(@Nullable String key) {
      if (key == null) {
        return texts;
      }
      String text = texts.get(key);
      return text == null ? Collections.emptySortedMap() : new TreeMap<>(Map.of(key, text));
    }
  }

  public KnownConfigMaps {
    contents = Map.copyOf(contents);
    forbidden = Set.copyOf(forbidden);
  }

  /** No ConfigMaps, and it is not known which exist. */
  public static KnownConfigMaps unknown() {
    return new KnownConfigMaps(Map.of(), Set.of(), false);
  }

  /** The content; null when it is not here. */
  public @Nullable Content find(String namespace, String name) {
    Content own = contents.get(new Name(namespace, name));
    return own == null ? contents.get(new Name("", name)) : own;
  }
}
