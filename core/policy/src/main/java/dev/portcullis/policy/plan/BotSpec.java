// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.policy.plan;

import dev.portcullis.policy.match.Cidr;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How requests are scored, and what scores do.
 *
 * @param match any one suffices; empty: every request
 * @param profile the set of signals and their weights, such as {@code v1}
 * @param weights in percent of the profile's weight, by signal name ({@code userAgent}, {@code
 *     headers}); a signal that is absent is off
 * @param exempt authentication methods on whose requests thresholds never act
 * @param allowAddresses requests from them score 0
 * @param allowUserAgents requests whose User-Agent contains one of them score 0; a hint and not a
 *     proof
 * @param thresholds by rising score; the highest one that is reached acts
 */
public record BotSpec(
    PolicyRef source,
    Mode mode,
    List<MatchSpec> match,
    String profile,
    SortedMap<String, Integer> weights,
    List<String> exempt,
    List<Cidr> allowAddresses,
    List<String> allowUserAgents,
    List<Threshold> thresholds) {

  /**
   * What a score does.
   *
   * @param score 0 to 100
   */
  public record Threshold(int score, Action action, Mode mode) {}

  /** What a threshold that is reached does. */
  public enum Action {
    TAG,
    DENY
  }

  public BotSpec {
    match = List.copyOf(match);
    weights = Collections.unmodifiableSortedMap(new TreeMap<>(weights));
    exempt = List.copyOf(exempt);
    allowAddresses = List.copyOf(allowAddresses);
    allowUserAgents = List.copyOf(allowUserAgents);
    thresholds = List.copyOf(thresholds);
  }
}
