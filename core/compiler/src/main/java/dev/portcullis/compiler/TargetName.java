// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler;

import dev.portcullis.crds.v1alpha1.TargetRef;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Names what a policy can target.
 *
 * @param name of a Namespace: the same as {@code namespace}
 * @param section name of a port; null: all of it
 */
public record TargetName(
    TargetRef.Kind kind, String namespace, String name, @Nullable String section)
    implements Comparable<TargetName> {
  private static final Comparator<TargetName> ORDER =
      Comparator.comparing(TargetName::namespace)
          .thenComparing(TargetName::kind)
          .thenComparing(TargetName::name)
          .thenComparing(TargetName::section, Comparator.nullsFirst(Comparator.naturalOrder()));

  /** All of a namespace. */
  public static TargetName ofNamespace(String name) {
    return new TargetName(TargetRef.Kind.NAMESPACE, name, name, null);
  }

  /** All of what it is a section of. */
  public TargetName whole() {
    return new TargetName(kind, namespace, name, null);
  }

  @Override
  public int compareTo(TargetName other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code Service shop/orders, port http}. */
  @Override
  public String toString() {
    String whole =
        kind == TargetRef.Kind.NAMESPACE
            ? kind.word() + " " + name
            : kind.word() + " " + namespace + "/" + name;
    return section == null ? whole : whole + ", port " + section;
  }
}
