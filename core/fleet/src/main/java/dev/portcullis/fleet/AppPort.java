// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port of an application.
 *
 * @param names that containers give it; a port may have several, and any may be meant by a Service
 * @param number where the application listens
 * @param listen where its sidecar listens for it; the same where the network redirects
 */
record AppPort(Set<String> names, int number, int listen) {

  AppPort {
    names = Collections.unmodifiableSequencedSet(new LinkedHashSet<>(names));
  }

  static AppPort of(@Nullable String name, int number, int listen) {
    return new AppPort(name == null ? Set.of() : Set.of(name), number, listen);
  }

  /** The name by which policies may speak of it: the first. */
  @Nullable String name() {
    return names.isEmpty() ? null : names.iterator().next();
  }

  /** One port for each number, with all the names that it has. */
  static List<AppPort> merged(List<AppPort> ports) {
    Map<Integer, AppPort> byNumber = new LinkedHashMap<>();
    for (AppPort port : ports) {
      byNumber.merge(
          port.number(),
          port,
          (known, again) -> {
            SequencedSet<String> names = new LinkedHashSet<>(known.names());
            names.addAll(again.names());
            return new AppPort(names, known.number(), known.listen());
          });
    }
    return List.copyOf(byNumber.values());
  }
}
