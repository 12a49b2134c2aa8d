// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import org.jspecify.annotations.Nullable;

/** The signals of the profile, under the names that policies use. */
enum Signal {
  USER_AGENT("userAgent"),
  HEADERS("headers");

  private final String key;

  Signal(String key) {
    this.key = key;
  }

  /** The name in a BotPolicy. */
  String key() {
    return key;
  }

  /** The signal of a name; null: there is none. */
  static @Nullable Signal of(String key) {
    for (Signal signal : values()) {
      if (signal.key.equals(key)) {
        return signal;
      }
    }
    return null;
  }
}
