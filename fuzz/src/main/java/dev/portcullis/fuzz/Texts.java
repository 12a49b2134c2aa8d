// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import java.nio.charset.StandardCharsets;

/** Inputs as text. */
final class Texts {

  private Texts() {}

  /** As Envoy hands over what a client sent: each octet that is not UTF-8 is replaced. */
  static String of(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }

  /** The lines of an input, exactly {@code count}; those that are missing are empty. */
  static String[] lines(byte[] input, int count) {
    String[] found = of(input).split("\n", count);
    String[] lines = new String[count];
    for (int i = 0; i < count; i++) {
      lines[i] = i < found.length ? found[i] : "";
    }
    return lines;
  }
}
