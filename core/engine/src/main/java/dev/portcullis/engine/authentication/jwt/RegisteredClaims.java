// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What claims with a meaning of their own may look like (RFC 7519 section 4.1). */
public final class RegisteredClaims {
  /** The last second of the year 9999: later times are mistakes, or attempts to overflow. */
  private static final long MAX_TIME = 253_402_300_799L;

  private RegisteredClaims() {}

  /** Whether a value is a time in whole seconds. */
  public static boolean isTime(Object value) {
    return value instanceof Long seconds && seconds >= 0 && seconds <= MAX_TIME;
  }

  /** Whether an {@code aud}, a text or a list of texts, names one of the audiences. */
  public static boolean names(Set<String> audiences, @Nullable Object audience) {
    return switch (audience) {
      case String one -> audiences.contains(one);
      case List<?> many ->
          many.stream().allMatch(String.class::isInstance)
              && many.stream().anyMatch(audiences::contains);
      case null, default -> false;
    };
  }
}
