// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

/**
 * A question to somebody else, without whose answer a request cannot be decided. Holds its answer
 * then, which one thread writes before others read it.
 */
public interface Inquiry {

  /**
   * Asks, and waits for the answer. To be called once, by a thread that may wait: for seconds at
   * most. Never throws; that there is no answer is an answer as well.
   */
  void ask();

  /**
   * Whether later steps may be run before it is asked, and one of them may add what it would ask.
   * Then its answer is nothing that those look at.
   */
  default boolean takesMore() {
    return false;
  }
}
