// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import dev.portcullis.policy.plan.JwsAlgorithm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one issuer at one moment. Immutable; a changed set is another object, and an
 * unchanged one stays the same object, so that what was verified with it may be remembered by
 * identity.
 *
 * @param all never empty
 */
public record VerificationKeys(List<VerificationKey> all) {
  /** How many keys one token may be tried with. */
  static final int MAX_CANDIDATES = 4;

  public VerificationKeys {
    all = List.copyOf(all);
    if (all.isEmpty()) {
      throw new IllegalArgumentException("a key set without a key verifies nothing");
    }
  }

  /**
   * The keys that a token may have been signed with, at most four. A token that names a key is
   * tried with the keys of that name; if there are none, with those that have no name. A token that
   * names none is tried with every key that fits its algorithm.
   *
   * @return empty when no key fits: the issuer may have a newer one
   */
  public List<VerificationKey> candidates(JwsAlgorithm algorithm, @Nullable String keyId) {
    var named = new ArrayList<VerificationKey>(1);
    var nameless = new ArrayList<VerificationKey>(0);
    for (VerificationKey key : all) {
      if (!key.algorithms().contains(algorithm)) {
        continue;
      }
      if (keyId == null || keyId.equals(key.id())) {
        named.add(key);
      } else if (key.id() == null) {
        nameless.add(key);
      }
    }
    List<VerificationKey> fitting = named.isEmpty() ? nameless : named;
    return fitting.size() > MAX_CANDIDATES ? fitting.subList(0, MAX_CANDIDATES) : fitting;
  }
}
