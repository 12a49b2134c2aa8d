// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.expression;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What literals of expressions mean, compiled once: regular expressions, address ranges. The
 * checker lets only literals reach it, so policies and not requests decide what it holds; past its
 * bound it compiles each time.
 */
final class Literals<T> {
  private static final int MAX_ENTRIES = 10_000;

  private final ConcurrentHashMap<String, T> compiled = new ConcurrentHashMap<>();
  private final Function<String, T> compiler;

  Literals(Function<String, T> compiler) {
    this.compiler = compiler;
  }

  /** The compiled literal; throws what the compiler throws. */
  T get(String literal) {
    T known = compiled.get(literal);
    if (known != null) {
      return known;
    }
    T fresh = compiler.apply(literal);
    if (compiled.size() < MAX_ENTRIES) {
      compiled.putIfAbsent(literal, fresh);
    }
    return fresh;
  }
}
