// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.addresses;

import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.AddressList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The lists of addresses of the plan, by their hashes. Thread-safe. */
public final class HeldLists {
  private final Map<String, AddressList> byHash = new ConcurrentHashMap<>();

  /** The ranges; null while they have not arrived. */
  public @Nullable CidrSet find(String hash) {
    AddressList list = byHash.get(hash);
    return list == null ? null : list.ranges();
  }

  /** Adds a list. */
  public void put(AddressList list) {
    byHash.put(list.hash(), list);
  }

  /** Drops a list, if it is held. */
  public void remove(String hash) {
    byHash.remove(hash);
  }

  /** Drops all others. */
  public void retain(Set<String> hashes) {
    byHash.keySet().retainAll(hashes);
  }

  /** Which are held. */
  public Set<String> hashes() {
    return Set.copyOf(byHash.keySet());
  }

  /** Those that are held. */
  public List<AddressList> all() {
    return List.copyOf(byHash.values());
  }

  /** Ranges of all of them. */
  public long ranges() {
    return byHash.values().stream().mapToLong(list -> list.ranges().size()).sum();
  }
}
