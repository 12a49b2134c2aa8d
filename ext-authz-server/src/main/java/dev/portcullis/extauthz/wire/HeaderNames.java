// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of headers as strings. The same few dozen names come with every request; each of them is
 * one string for the whole process, which needs no decoding and whose hash is known. Thread-safe.
 */
public final class HeaderNames {
  private static final String[] WELL_KNOWN = {
    ":authority",
    ":method",
    ":path",
    ":scheme",
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "baggage",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "dnt",
    "expect",
    "forwarded",
    "from",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "host",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "keep-alive",
    "origin",
    "pragma",
    "priority",
    "range",
    "referer",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "sec-fetch-site",
    "sec-fetch-user",
    "sec-gpc",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "te",
    "traceparent",
    "tracestate",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upgrade-insecure-requests",
    "user-agent",
    "via",
    "x-api-key",
    "x-b3-sampled",
    "x-b3-spanid",
    "x-b3-traceid",
    "x-envoy-attempt-count",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-external-address",
    "x-envoy-internal",
    "x-forwarded-client-cert",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-real-ip",
    "x-request-id",
    "x-requested-with"
  };

  /** A power of two, several times as large as there are names, so that probing is short. */
  private static final int SLOTS = 4 * Integer.highestOneBit(2 * WELL_KNOWN.length - 1);

  private static final String[] NAMES = new String[SLOTS];
  private static final byte[][] BYTES = new byte[SLOTS][];

  static {
    for (String name : WELL_KNOWN) {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      int slot = slot(bytes, 0, bytes.length);
      while (NAMES[slot] != null) {
        slot = next(slot);
      }
      NAMES[slot] = name;
      BYTES[slot] = bytes;
    }
  }

  private HeaderNames() {}

  /** The name that stands in so many bytes; bytes that are not UTF-8 become U+FFFD. */
  public static String of(byte[] bytes, int offset, int length) {
    if (length > 0) {
      int end = offset + length;
      for (int i = slot(bytes, offset, length); NAMES[i] != null; i = next(i)) {
        if (Arrays.equals(BYTES[i], 0, BYTES[i].length, bytes, offset, end)) {
          return NAMES[i];
        }
      }
    }
    return new String(bytes, offset, length, StandardCharsets.UTF_8);
  }

  /** Length, first, middle and last letter tell the well-known names apart well enough. */
  private static int slot(byte[] bytes, int offset, int length) {
    int hash = length;
    hash = 31 * hash + bytes[offset];
    hash = 31 * hash + bytes[offset + length / 2];
    hash = 31 * hash + bytes[offset + length - 1];
    return (hash ^ hash >>> 9) & (SLOTS - 1);
  }

  private static int next(int slot) {
    return (slot + 1) & (SLOTS - 1);
  }
}
