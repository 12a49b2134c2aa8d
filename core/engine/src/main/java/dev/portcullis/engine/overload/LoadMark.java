// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

/**
 * What is remembered of a request until its end is told: nothing that names the client.
 *
 * @param priority its class, 0 gives way first
 * @param client one of {@value Votes#CLIENTS} voices, the same for all requests of a client
 */
public record LoadMark(int priority, int client) {

  public LoadMark {
    if (priority < 0 || priority > 255 || client < 0 || client >= Votes.CLIENTS) {
      throw new IllegalArgumentException("no mark: " + priority + ", " + client);
    }
  }

  /** The voice of a client, by anything that is the same for all its requests. */
  public static int voice(long client) {
    return (int) ((client * 0x9E37_79B9_7F4A_7C15L) >>> (64 - Votes.BITS));
  }
}
