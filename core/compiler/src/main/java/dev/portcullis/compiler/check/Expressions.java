// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.expression.CheckResult;
import dev.portcullis.expression.ExpressionChecker;
import dev.portcullis.expression.ResultType;
import dev.portcullis.expression.Stage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Checks expressions, each text once: the policies of a fleet say the same again and again, and
 * type checking is nearly all that checking a policy costs. Lives as long as one compilation.
 * Thread-safe.
 */
public final class Expressions {
  private final ConcurrentMap<Key, CheckResult> results = new ConcurrentHashMap<>();

  private record Key(String source, ResultType type, Stage stage) {}

  CheckResult check(String source, ResultType type, Stage stage) {
    return results.computeIfAbsent(
        new Key(source, type, stage), _ -> ExpressionChecker.check(source, type, stage));
  }
}
