// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.agent;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Reads User-Agents and remembers the latest.
 *
 * <p>The memory is a table in which the newest of two texts that meet displaces the other: bounded,
 * and without locks. Whoever sends ever new texts costs himself a reading each and displaces
 * others' entries, which costs them one reading.
 */
public final class UserAgents {
  private static final int SLOTS = 4096;

  private record Remembered(String text, UserAgent agent) {}

  private final AgentReader reader = new AgentReader(KnownAgents.load());
  private final AtomicReferenceArray<@Nullable Remembered> memory =
      new AtomicReferenceArray<>(SLOTS);

  /**
   * Reads a text.
   *
   * @param text of the header; null when the request has none
   */
  public UserAgent read(@Nullable String text) {
    if (text == null) {
      return UserAgent.NONE;
    }
    int hash = text.hashCode();
    int slot = (hash ^ hash >>> 16) & SLOTS - 1;
    Remembered known = memory.getAcquire(slot);
    if (known != null && known.text.equals(text)) {
      return known.agent;
    }
    UserAgent agent = reader.read(text);
    if (text.length() <= KnownAgents.MAX_LENGTH) {
      memory.setRelease(slot, new Remembered(text, agent));
    }
    return agent;
  }
}
