// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.fleet;

import java.util.Comparator;

/**
 * Names one pod, and not the one of the same name that came before it.
 *
 * @param uid by which the API server tells the two apart
 */
public record PodName(String namespace, String name, String uid) implements Comparable<PodName> {
  private static final Comparator<PodName> ORDER =
      Comparator.comparing(PodName::namespace)
          .thenComparing(PodName::name)
          .thenComparing(PodName::uid);

  @Override
  public int compareTo(PodName other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code namespace/name}. */
  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
