// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.expression.UnreadableVariableException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When and how a caller authenticated with its issuer, as the verified token tells (OpenID Connect
 * Core 1.0 section 2, RFC 8176). A claim of another type than the standard's is an error, and not
 * an absent one: a rule that asks for a strong authentication must not take it for something else.
 */
record AuthenticationEvent(Map<String, ?> claims) {
  /** In seconds since 1970: the end of the year 9999, past which nothing can be compared. */
  private static final long MAX_TIME = 253_402_300_799L;

  /** Claim {@code acr}; empty: absent. */
  String contextClass() {
    Object acr = claims.get("acr");
    if (acr == null || acr instanceof String) {
      return acr == null ? "" : (String) acr;
    }
    throw new UnreadableVariableException("auth.acr: the claim acr is no text");
  }

  /** Claim {@code amr}; empty: absent. */
  List<?> methods() {
    Object amr = claims.get("amr");
    if (amr == null) {
      return List.of();
    }
    if (amr instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list;
    }
    throw new UnreadableVariableException("auth.amr: the claim amr is no list of texts");
  }

  /** Claim {@code auth_time}. */
  Instant time() {
    Object time = claims.get("auth_time");
    @Nullable Long seconds = time instanceof Long whole ? whole : null;
    if (time instanceof Double fraction && Math.abs(fraction) <= MAX_TIME) {
      seconds = (long) Math.floor(fraction);
    }
    if (seconds == null || seconds < 0 || seconds > MAX_TIME) {
      throw new UnreadableVariableException(
          time == null
              ? "auth.time: the token does not say when its caller authenticated"
              : "auth.time: the claim auth_time is no time");
    }
    return Instant.ofEpochSecond(seconds);
  }
}
