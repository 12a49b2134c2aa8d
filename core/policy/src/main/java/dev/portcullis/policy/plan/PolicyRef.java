// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

/**
 * Names the policy that a part of a plan came from.
 *
 * @param kind {@code ApiPolicy}, {@code RateLimitPolicy} or {@code BotPolicy}
 */
public record PolicyRef(String kind, String namespace, String name)
    implements Comparable<PolicyRef> {

  @Override
  public int compareTo(PolicyRef other) {
    // Sorted maps of thousands compare often, and a chain of comparators costs several times this.
    int order = kind.compareTo(other.kind);
    order = order != 0 ? order : namespace.compareTo(other.namespace);
    return order != 0 ? order : name.compareTo(other.name);
  }

  /** For people: {@code ApiPolicy shop/orders}. */
  @Override
  public String toString() {
    return kind + " " + namespace + "/" + name;
  }
}
