// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

/** One reader, and what it promises. Thread-safe. */
@FunctionalInterface
interface FuzzTarget {

  /**
   * Hands over one input.
   *
   * @throws RuntimeException of any kind when the reader throws what it does not say it throws
   * @throws BrokenPromiseError when it says something that it must not say
   */
  void accept(byte[] input);
}
