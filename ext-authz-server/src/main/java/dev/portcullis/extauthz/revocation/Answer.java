// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer of the revocation port.
 *
 * @param headers besides content-type
 */
@SuppressWarnings("ArrayRecordComponent") // Written once, never compared.
record Answer(int status, String type, Map<String, String> headers, byte[] body) {
  private static final Map<String, String> UNCACHED = Map.of("cache-control", "no-store");

  static Answer json(int status, byte[] body) {
    return new Answer(status, "application/json", UNCACHED, body);
  }

  /** Without a body. */
  static Answer empty(int status) {
    return new Answer(status, "", UNCACHED, new byte[0]);
  }

  /** A problem document (RFC 9457). */
  static Answer problem(int status, String title, String detail) {
    return new Answer(
        status, "application/problem+json", UNCACHED, document(status, title, detail));
  }

  /** A 401, which must name a scheme. */
  static Answer unauthorized() {
    return new Answer(
        401,
        "application/problem+json",
        Map.of("cache-control", "no-store", "www-authenticate", "Bearer realm=\"revocations\""),
        document(401, "Unauthorized", "the bearer token is missing or wrong"));
  }

  /** The answer when too much is asked at a time. */
  static Answer busy() {
    return new Answer(
        503,
        "application/problem+json",
        Map.of("cache-control", "no-store", "retry-after", "1"),
        document(503, "Service Unavailable", "too many requests at a time"));
  }

  private static byte[] document(int status, String title, String detail) {
    return RevocationJson.write(json -> {
      json.writeStringField("type", "about:blank");
      json.writeStringField("title", title);
      json.writeNumberField("status", status);
      json.writeStringField("detail", detail);
    });
  }

  /** For tests and logs. */
  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
