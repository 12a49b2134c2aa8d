// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.compiler.diagnostic.DiagnosticCode;
import dev.portcullis.compiler.diagnostic.FieldPath;
import dev.portcullis.crds.v1alpha1.ratelimit.Overload;
import dev.portcullis.policy.plan.OverloadSpec;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Checks who gives way while a service is overloaded. */
final class OverloadCheck {
  private static final Duration MIN_LATENCY = Duration.ofMillis(10);
  private static final Duration MAX_LATENCY = Duration.ofSeconds(60);
  private static final Duration MIN_PERIOD = Duration.ofSeconds(1);
  private static final Duration MAX_PERIOD = Duration.ofSeconds(60);

  private OverloadCheck() {}

  /** Null when nobody does. */
  static @Nullable OverloadSpec check(@Nullable Overload overload, FieldPath path, Scope scope) {
    if (overload == null) {
      return null;
    }
    Values.unique(overload.priority(), Function.identity(), "", path.field("priority"), scope);
    return new OverloadSpec(
        scope.policy(),
        scope.mode(),
        overload.latency() == null
            ? null
            : latency(overload.latency(), path.field("latency"), scope),
        overload.tolerated(),
        overload.floor(),
        Values.duration(overload.period(), MIN_PERIOD, MAX_PERIOD, path.field("period"), scope),
        overload.priority());
  }

  private static Duration latency(String text, FieldPath path, Scope scope) {
    boolean millis = text.endsWith("ms");
    try {
      long number = Long.parseLong(text.substring(0, text.length() - (millis ? 2 : 1)));
      Duration latency = millis ? Duration.ofMillis(number) : Duration.ofSeconds(number);
      if (latency.compareTo(MIN_LATENCY) >= 0 && latency.compareTo(MAX_LATENCY) <= 0) {
        return latency;
      }
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      // Reported below: a text that is no duration is mended as one that is too long is.
    }
    scope.report(
        DiagnosticCode.BAD_DURATION,
        path,
        path.step() + " must be 10ms to 60s",
        "write a whole number of milliseconds or seconds, such as 500ms or 2s");
    return MIN_LATENCY;
  }
}
