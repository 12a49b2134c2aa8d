// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import java.util.List;

/**
 * What is remembered of a request until its end is told: nothing that names the client.
 *
 * @param plans of which list of plans the class is one: after an edit of the list, the number of a
 *     class means another
 * @param priority its class, 0 gives way first
 * @param client the same for all requests of a client, whichever decision service marks them
 */
public record LoadMark(int plans, int priority, int client) {
  private static final int BITS = 16;

  /** What the numbers of lists and of clients stay below. */
  public static final int NUMBERS = 1 << BITS;

  public LoadMark {
    if (plans < 0
        || plans >= NUMBERS
        || priority < 0
        || priority > 255
        || client < 0
        || client >= NUMBERS) {
      throw new IllegalArgumentException("no mark: " + plans + ", " + priority + ", " + client);
    }
  }

  /** The number of a client, by anything that is the same for all its requests. */
  public static int number(long client) {
    return (int) ((client * 0x9E37_79B9_7F4A_7C15L) >>> (64 - BITS));
  }

  /** The number of a list of plans, the same in each process. */
  public static int number(List<String> plans) {
    return number(plans.hashCode());
  }
}
