// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.PlanCodec;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.codec.PlanVersion;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The issued keys at work and their versions. Confined to the plan thread. */
final class HeldKeys {
  private final ApiKeyDirectory directory;
  private final SortedMap<String, Held> held = new TreeMap<>();

  private record Held(ApiKeyRecord key, String version) {}

  HeldKeys(ApiKeyDirectory directory) {
    this.directory = directory;
  }

  Map<String, String> versions() {
    Map<String, String> versions = HashMap.newHashMap(held.size());
    held.forEach((name, key) -> versions.put(name, key.version()));
    return versions;
  }

  List<ApiKeyRecord> records() {
    return held.values().stream().map(Held::key).toList();
  }

  int size() {
    return held.size();
  }

  void put(ApiKeyRecord key, String version) {
    held.put(PlanSnapshot.nameOf(key), new Held(key, version));
    directory.put(key);
  }

  void remove(String name) {
    Held gone = held.remove(name);
    if (gone != null) {
      directory.remove(gone.key());
    }
  }

  /** Holds exactly these afterwards; a key that stays is never missing in between. */
  void replace(Collection<ApiKeyRecord> wanted) {
    Set<String> gone = new HashSet<>(held.keySet());
    for (ApiKeyRecord key : wanted) {
      put(key, PlanVersion.of(PlanCodec.encode(key)));
      gone.remove(PlanSnapshot.nameOf(key));
    }
    gone.forEach(this::remove);
  }
}
