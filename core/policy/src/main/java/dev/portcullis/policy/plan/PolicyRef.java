// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import java.util.Comparator;

/**
 * Names the policy that a part of a plan came from.
 *
 * @param kind {@code ApiPolicy}, {@code RateLimitPolicy} or {@code BotPolicy}
 */
public record PolicyRef(String kind, String namespace, String name)
    implements Comparable<PolicyRef> {
  private static final Comparator<PolicyRef> ORDER =
      Comparator.comparing(PolicyRef::kind)
          .thenComparing(PolicyRef::namespace)
          .thenComparing(PolicyRef::name);

  @Override
  public int compareTo(PolicyRef other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code ApiPolicy shop/orders}. */
  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
