// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import java.io.Serial;

/** A benchmark could not measure what it is meant to; the message says why. */
public final class BenchmarkException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Says why. */
  public BenchmarkException(String message) {
    super(message);
  }
}
