// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A claim as the value of a header. Only what survives the journey unchanged is written: visible
 * ASCII and spaces inside, at most 1 024 characters. Anything else is left out as a whole, because
 * a shortened or altered name is another name.
 */
final class ClaimValue {
  static final int MAX_LENGTH = 1024;

  private ClaimValue() {}

  /** The value; null when the claim is absent or cannot be a header. Lists are joined by commas. */
  static @Nullable String header(@Nullable Object claim) {
    return switch (claim) {
      case String text -> clean(text);
      case Long number -> number.toString();
      case Double number -> number.toString();
      case Boolean flag -> flag.toString();
      case List<?> list -> joined(list);
      case null, default -> null;
    };
  }

  private static @Nullable String joined(List<?> list) {
    var joined = new StringBuilder();
    for (Object element : list) {
      String value = element instanceof List<?> ? null : header(element);
      // An element with a comma would read as two.
      if (value == null || value.indexOf(',') >= 0) {
        return null;
      }
      joined.append(joined.isEmpty() ? "" : ",").append(value);
      if (joined.length() > MAX_LENGTH) {
        return null;
      }
    }
    return joined.isEmpty() ? null : joined.toString();
  }

  private static @Nullable String clean(String text) {
    if (text.isBlank() || text.length() > MAX_LENGTH || !text.equals(text.strip())) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return null;
      }
    }
    return text;
  }
}
