// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.xds;

import dev.portcullis.codec.observation.Observations;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a decision service said that it saw: the newest of it, and of issued keys the {@link
 * Observations#MAX_LAST_USED} that it spoke of last. Thread-safe.
 */
public final class Observed {
  private final Map<String, Instant> lastUsed = new LinkedHashMap<>();
  private Observations all = Observations.NONE;

  Observed() {}

  /** Everything. */
  public synchronized Observations all() {
    return all;
  }

  /** It says more. */
  synchronized void add(Observations news) {
    news.lastUsed()
        .forEach((key, at) -> {
          Instant before = lastUsed.remove(key);
          lastUsed.put(key, before != null && before.isAfter(at) ? before : at);
        });
    Iterator<String> oldest = lastUsed.keySet().iterator();
    while (lastUsed.size() > Observations.MAX_LAST_USED) {
      oldest.next();
      oldest.remove();
    }
    all = new Observations(news.keySets(), new TreeMap<>(lastUsed));
  }

  /** Takes over what another operator says of it; not for one whose stream is here. */
  public synchronized void replace(Observations others) {
    all = others;
  }
}
