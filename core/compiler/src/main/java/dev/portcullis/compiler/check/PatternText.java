// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.compiler.check;

import dev.portcullis.crds.v1alpha1.Names;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in words what the patterns of the schema ask for. */
final class PatternText {
  private static final Map<String, String> WORDS =
      Map.of(
          Names.DNS_LABEL, "lower-case letters, digits and dashes, such as orders-v1",
          Names.DNS_SUBDOMAIN, "lower-case letters, digits, dashes and dots, such as orders.v1",
          Names.HEADER, "letters, digits and dashes, such as X-API-Key",
          Names.METHOD, "a method in upper case, such as GET",
          Names.ORIGIN, "a scheme and a host in lower case, such as https://shop.example.com",
          Names.SCOPE, "printable characters without spaces and quotes, such as orders.read",
          Names.PLAN, "letters, digits, dots, underscores and dashes, such as gold",
          Names.MEDIA_TYPE, "a media type in lower case without parameters, such as text/plain",
          Names.DURATION, "a whole number with a unit, such as 30s, 10m or 1h",
          Names.TIME, "a time such as 2027-02-20T00:00:00Z (RFC 3339)");

  private PatternText() {}

  static String described(@Nullable Pattern pattern) {
    if (pattern == null) {
      return "another text";
    }
    String words = WORDS.get(pattern.pattern());
    return words == null ? "a text that matches " + pattern.pattern() : words;
  }
}
