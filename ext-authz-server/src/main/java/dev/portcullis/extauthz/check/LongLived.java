// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.check;

import dev.portcullis.engine.request.Headers;
import java.time.Duration;
import java.time.Instant;

/**
 * Requests that open a stream, which may outlive the credential that let it be opened: upgrades,
 * gRPC calls and server-sent events. Others are bound by the client's own patience.
 */
final class LongLived {
  /**
   * Envoy's router ends the exchange after so many milliseconds, and does not pass the header on.
   * Clients cannot set it: names of this prefix are removed from what they send.
   */
  static final String HEADER = "x-envoy-upstream-stream-duration-ms";

  /** What Envoy's timers can count. */
  private static final long MOST_MILLIS = Integer.MAX_VALUE;

  private static final String EVENTS = "text/event-stream";

  private LongLived() {}

  /** Whether a request opens a stream. */
  static boolean is(Headers request) {
    return request.contains("upgrade") || GrpcCaller.calls(request) || asksForEvents(request);
  }

  /**
   * How long a stream may live from now on, in milliseconds; empty when that is longer than Envoy
   * can count.
   *
   * @param validUntil seconds since 1970
   */
  static String millis(long validUntil, Instant now) {
    long left = Duration.between(now, Instant.ofEpochSecond(validUntil)).toMillis();
    // Envoy takes 0 for no bound.
    return left > MOST_MILLIS ? "" : Long.toString(Math.max(1, left));
  }

  private static boolean asksForEvents(Headers request) {
    for (int i = 0; i < request.size(); i++) {
      if (request.name(i).equals("accept") && namesEvents(request.value(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean namesEvents(String accepted) {
    for (int i = 0; i + EVENTS.length() <= accepted.length(); i++) {
      if (accepted.regionMatches(true, i, EVENTS, 0, EVENTS.length())) {
        return true;
      }
    }
    return false;
  }
}
