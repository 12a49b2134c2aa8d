// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.crds.v1alpha1;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a document means by leaving a list or a map out: that it is empty.
 *
 * <p>A null element is kept, so that whoever checks the document can say where it stands; the API
 * server admits none.
 */
public final class Absent {
  private Absent() {}

  /** An unmodifiable copy; empty for null. */
  public static <T> List<T> toEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(list));
  }

  /** An unmodifiable copy, sorted by key; empty for null. */
  public static <V> SortedMap<String, V> toEmpty(@Nullable Map<String, V> map) {
    return Collections.unmodifiableSortedMap(map == null ? new TreeMap<>() : new TreeMap<>(map));
  }
}
