// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.probe.ProbeKey;
import dev.portcullis.codec.probe.ProbeQuestion;
import dev.portcullis.engine.port.SecretSource;
import dev.portcullis.policy.plan.SecretMaterial;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Secret material by its hash, and the keys of probes. In memory only: nothing of it is ever
 * written or logged. Thread-safe.
 */
public final class SecretVault implements SecretSource {
  /** Twice as many as questions are signed with: what is gone may be taken after what is new. */
  private static final int MAX_PROBE_KEYS = 2 * ProbeQuestion.MAX_KEYS;

  private final Map<String, SecretMaterial> byHash = new ConcurrentHashMap<>();

  /** Changed by the plan thread only. */
  private volatile List<ProbeKey> probeKeys = List.of();

  @Override
  public @Nullable SecretMaterial find(String hash) {
    return byHash.get(hash);
  }

  /** The keys that operators ask with; one while none follows another. */
  public List<ProbeKey> probeKeys() {
    return probeKeys;
  }

  /** Keys that all decision services of the plan have, for nonces; empty: there are none yet. */
  public List<byte[]> nonceKeys() {
    return probeKeys.stream().map(key -> key.derive("nonces of proofs")).toList();
  }

  /**
   * Takes the key of a name that begins with {@link ProbeKey#PREFIX}.
   *
   * @throws IllegalArgumentException when the material is no such key, or too many are held
   */
  void putProbeKey(String name, SecretMaterial material) {
    ProbeKey key = ProbeKey.of(material);
    if (!key.name().equals(name)) {
      throw new IllegalArgumentException("the material does not fit its hash");
    }
    Map<String, ProbeKey> next = new TreeMap<>(byName(probeKeys));
    next.put(name, key);
    if (next.size() > MAX_PROBE_KEYS) {
      throw new IllegalArgumentException("more than " + MAX_PROBE_KEYS + " keys of probes");
    }
    probeKeys = List.copyOf(next.values());
  }

  void removeProbeKey(String name) {
    probeKeys = probeKeys.stream().filter(key -> !key.name().equals(name)).toList();
  }

  Set<String> probeKeyNames() {
    return byName(probeKeys).keySet();
  }

  private static Map<String, ProbeKey> byName(List<ProbeKey> keys) {
    return keys.stream().collect(Collectors.toMap(ProbeKey::name, Function.identity()));
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
