// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.fuzz;

import dev.portcullis.compiler.diagnostic.Diagnostic;

/** A file of policies. The compiler answers, in lines that a terminal can show. */
final class PolicyTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    for (Diagnostic diagnostic : Gate.compile(input).diagnostics()) {
      if (diagnostic.toString().chars().anyMatch(Character::isISOControl)) {
        throw new BrokenPromiseError("a diagnostic is not one line");
      }
    }
  }
}
