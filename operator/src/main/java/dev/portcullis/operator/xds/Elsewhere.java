// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;

/** The nodes whose streams other operators have. Thread-safe. */
public interface Elsewhere {
  /** There is no other operator. */
  Elsewhere NOWHERE =
      new Elsewhere() {
        @Override
        public Collection<Registration> nodes() {
          return List.of();
        }

        @Override
        public SortedSet<String> unheard(Duration longerThan) {
          return Collections.emptySortedSet();
        }
      };

  /** Each node once, as those say who have its stream. */
  Collection<Registration> nodes();

  /**
   * Operators that are there, by the word of whoever lists them, but that do not say what their
   * nodes hold: nothing can be said of those nodes.
   *
   * @param longerThan not those that fell silent only a moment ago
   */
  SortedSet<String> unheard(Duration longerThan);
}
