// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Secret material by its hash. In memory only: nothing of it is ever written or logged. */
public final class SecretVault implements SecretSource {
  private final Map<String, SecretMaterial> byHash = new ConcurrentHashMap<>();

  @Override
  public @Nullable SecretMaterial find(String hash) {
    return byHash.get(hash);
  }

  void put(SecretMaterial material) {
    byHash.put(material.hash(), material);
  }

  void remove(String hash) {
    byHash.remove(hash);
  }

  void retain(Set<String> hashes) {
    byHash.keySet().retainAll(hashes);
  }

  Set<String> hashes() {
    return byHash.keySet();
  }
}
