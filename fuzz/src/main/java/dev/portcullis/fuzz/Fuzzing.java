// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import org.jspecify.annotations.Nullable;

/**
 * Where Jazzer enters. It looks for these two methods by their names; one process fuzzes one
 * target.
 */
public final class Fuzzing {
  private static @Nullable FuzzTarget target;

  private Fuzzing() {}

  /**
   * Chooses the target.
   *
   * @param arguments its title, and nothing else
   */
  public static void fuzzerInitialize(String[] arguments) {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("one target is fuzzed at a time");
    }
    target = Target.of(arguments[0]).make();
  }

  /** Hands one input to the target. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (target == null) {
      throw new IllegalStateException("fuzzerInitialize was not called");
    }
    target.accept(input);
  }
}
