// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a request. What is not said is not asked.
 *
 * @param status the HTTP status; 200 for a request that passes. One of 400 and more also asks that
 *     the request did not reach the upstream, so that nobody takes an error of the upstream for a
 *     refusal
 * @param refused true: it must not reach the upstream, by whatever status
 * @param reason the name of a deny reason
 * @param detail the sentence that a refusal tells its client
 * @param rule the rule, limit or threshold that decided
 * @param headers of the response; a value of null means absent, {@code *} any
 * @param upstream headers that the upstream receives; likewise
 * @param minScore lowest bot score
 * @param maxScore highest bot score
 * @param delayed whether a limit has it held
 */
public record Expectation(
    @Nullable Integer status,
    boolean refused,
    @Nullable String reason,
    @Nullable String detail,
    @Nullable String rule,
    Map<String, @Nullable String> headers,
    Map<String, @Nullable String> upstream,
    @Nullable Integer minScore,
    @Nullable Integer maxScore,
    @Nullable Boolean delayed) {

  /** Whether every observation would do, so that it tests nothing. */
  boolean asksNothing() {
    return status == null
        && !refused
        && reason == null
        && detail == null
        && rule == null
        && headers.isEmpty()
        && upstream.isEmpty()
        && minScore == null
        && maxScore == null
        && delayed == null;
  }

  /** Where the observation differs, a sentence each; empty when it is as wanted. */
  public List<String> differences(Observation seen) {
    List<String> differences = new ArrayList<>();
    if (status != null && status != seen.status()) {
      differences.add("wanted status " + status + ", got " + seen.status());
    }
    boolean wantsRefusal = refused || (status != null && status >= 400);
    if (refused && seen.status() < 400) {
      differences.add("wanted a refusal, but it passed with status " + seen.status());
    } else if (wantsRefusal && seen.status() >= 400 && seen.reachedUpstream()) {
      differences.add("wanted a refusal, but it reached the upstream, which said " + seen.status());
    }
    if (reason != null && !reason.equals(seen.reason())) {
      differences.add("wanted reason " + reason + ", got " + seen.reason());
    }
    if (detail != null && !detail.equals(seen.told())) {
      differences.add("wanted detail \"" + detail + "\", got \"" + seen.told() + "\"");
    }
    if (rule != null && !rule.equals(seen.rule())) {
      differences.add("wanted rule " + rule + ", got " + seen.rule());
    }
    compare("response header ", headers, seen.headers(), differences);
    if (seen.upstream() != null) {
      compare("upstream header ", upstream, seen.upstream(), differences);
    } else if (!upstream.isEmpty()) {
      differences.add("wanted headers at the upstream, but it was not reached");
    }
    Integer score = seen.score();
    if (minScore != null && (score == null || score < minScore)) {
      differences.add("wanted a bot score of at least " + minScore + ", got " + score);
    }
    if (maxScore != null && (score == null || score > maxScore)) {
      differences.add("wanted a bot score of at most " + maxScore + ", got " + score);
    }
    if (delayed != null && !delayed.equals(seen.delayed())) {
      differences.add("wanted delayed to be " + delayed + ", got " + seen.delayed());
    }
    return differences;
  }

  private static void compare(
      String what,
      Map<String, @Nullable String> wanted,
      Map<String, String> seen,
      List<String> differences) {
    wanted.forEach((name, value) -> {
      String actual = seen.get(name);
      boolean holds = "*".equals(value) ? actual != null : Objects.equals(value, actual);
      if (!holds) {
        differences.add("wanted " + what + name + " to be " + value + ", got " + actual);
      }
    });
  }
}
