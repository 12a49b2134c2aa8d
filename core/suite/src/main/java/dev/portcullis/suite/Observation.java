// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a request.
 *
 * @param reason null when it passed, or when the layer cannot tell
 * @param headers of the response, names in lower case, duplicates joined by {@code ", "}
 * @param upstream headers that the upstream received, likewise; null when it was not reached
 * @param delayed whether a limit has it held; null when the layer cannot tell
 * @param told the sentence that a refusal tells its client; null when there is none
 * @param detail what the decision says to people; for tables, never compared
 */
public record Observation(
    int status,
    @Nullable String reason,
    @Nullable String rule,
    Map<String, String> headers,
    @Nullable Map<String, String> upstream,
    @Nullable Integer score,
    @Nullable Boolean delayed,
    @Nullable String told,
    String detail) {

  /** Whether the request passed the gate. */
  public boolean reachedUpstream() {
    return upstream != null;
  }
}
