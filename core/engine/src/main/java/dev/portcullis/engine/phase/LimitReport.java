// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.phase;

import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.request.HeaderField;
import dev.portcullis.policy.plan.LegacyHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the client is told of its limits, as structured fields (draft-ietf-httpapi-ratelimit-headers
 * 10): {@code RateLimit-Policy: "per-client";q=100;w=60} and {@code RateLimit:
 * "per-client";r=42;t=17}; what may be at once has no window: {@code
 * "search";q=10;qu="concurrent-requests"} and {@code "search";r=3}; for a refusal also {@code
 * Retry-After} (RFC 9110 section 10.2.3). Where a policy asks for it, the limit that ends first
 * also as {@code X-RateLimit-Limit}, {@code -Remaining} and {@code -Reset}, which hold one number
 * each.
 */
final class LimitReport {
  static final String RETRY_AFTER = "retry-after";
  static final String POLICY = "ratelimit-policy";

  private final List<Entry> entries = new ArrayList<>(2);
  private long retryAfter;

  private record Entry(ReportedLimit limit, Meter meter, QuotaState state, long window) {
    /** Refuses longer, or leaves less, or leaves it for longer. */
    boolean endsBefore(Entry other) {
      if (state.retrySeconds() != other.state.retrySeconds()) {
        return state.retrySeconds() > other.state.retrySeconds();
      }
      return state.remaining() == other.state.remaining()
          ? state.resetSeconds() > other.state.resetSeconds()
          : state.remaining() < other.state.remaining();
    }
  }

  /** Tells how a limit stands; a later report of the same limit replaces an earlier one. */
  void add(ReportedLimit limit, Meter meter, QuotaState state, long now) {
    Entry entry = new Entry(limit, meter, state, meter.windowSeconds(now));
    if (!state.granted()) {
      retryAfter = Math.max(retryAfter, Math.max(1, state.retrySeconds()));
    }
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).limit.equals(limit)) {
        entries.set(i, entry);
        return;
      }
    }
    entries.add(entry);
  }

  /**
   * @param legacy beside RateLimit; null: no more
   */
  List<HeaderField> headers(@Nullable LegacyHeaders legacy) {
    List<HeaderField> headers = new ArrayList<>(legacy == null ? 3 : 6);
    StringBuilder states = new StringBuilder(32);
    for (Entry entry : entries) {
      name(states, entry).append(";r=").append(entry.state.remaining());
      if (entry.window > 0) {
        states.append(";t=").append(entry.state.resetSeconds());
      }
    }
    headers.add(policies());
    headers.add(new HeaderField("ratelimit", states.toString()));
    if (retryAfter > 0) {
      headers.add(new HeaderField(RETRY_AFTER, Long.toString(retryAfter)));
    }
    if (legacy != null) {
      addLegacy(headers, legacy);
    }
    return headers;
  }

  private void addLegacy(List<HeaderField> headers, LegacyHeaders names) {
    Entry first = entries.getFirst();
    for (Entry entry : entries) {
      first = entry.endsBefore(first) ? entry : first;
    }
    headers.add(new HeaderField(names.limit(), Long.toString(first.meter.requests())));
    headers.add(new HeaderField(names.remaining(), Long.toString(first.state.remaining())));
    headers.add(new HeaderField(names.reset(), Long.toString(first.state.resetSeconds())));
  }

  /** A single limit with a constant window has one such header for ever. */
  private HeaderField policies() {
    if (entries.size() == 1) {
      HeaderField constant = entries.getFirst().limit.constantPolicy(entries.getFirst().meter);
      if (constant != null) {
        return constant;
      }
    }
    StringBuilder policies = new StringBuilder(32);
    for (Entry entry : entries) {
      name(policies, entry).append(policyParameters(entry.meter, entry.window));
    }
    return new HeaderField(POLICY, policies.toString());
  }

  static String policyParameters(Meter meter, long window) {
    return ";q=" + meter.requests() + (window > 0 ? ";w=" + window : ";qu=\"concurrent-requests\"");
  }

  private static StringBuilder name(StringBuilder text, Entry entry) {
    if (!text.isEmpty()) {
      text.append(", ");
    }
    return text.append('"').append(entry.limit.name()).append('"');
  }
}
