// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.bot.BotScorer;
import dev.portcullis.engine.bot.BotScorerFactory;
import dev.portcullis.engine.bot.agent.UserAgents;
import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.plan.BotSpec;
import java.util.EnumMap;
import java.util.Map;

/**
 * Compiles bot policies under profile {@code v1}. One instance serves all routes, which then share
 * the memory of User-Agents.
 *
 * <p>Measured on header lists that no point was chosen with: of 3 000 drawn from a model of
 * recorded browsers, 5 score 20 or more and none 85; all requests captured from Chromium 156 and
 * Firefox 153 (navigations, fetches, preflights, WebSockets) score 0. Safari is known from that
 * model only. Programs that copy a browser's headers in full and in order score 0 too: these two
 * signals see carelessness, not skill.
 */
public final class ProfileV1 implements BotScorerFactory {
  /** The profile's name in a BotPolicy. */
  public static final String NAME = "v1";

  private static final int MAX_WEIGHT = 1000;

  private final UserAgents agents = new UserAgents();

  @Override
  public BotScorer create(BotSpec spec) throws UnloadablePlanException {
    if (!spec.profile().equals(NAME)) {
      throw new UnloadablePlanException(
          "profile " + spec.profile() + " of " + spec.source() + " is not known; there is " + NAME);
    }
    var percent = new EnumMap<Signal, Integer>(Signal.class);
    for (Map.Entry<String, Integer> weight : spec.weights().entrySet()) {
      Signal signal = Signal.of(weight.getKey());
      if (signal == null || weight.getValue() < 0 || weight.getValue() > MAX_WEIGHT) {
        throw new UnloadablePlanException(
            "signal %s with weight %d of %s is not in profile %s"
                .formatted(weight.getKey(), weight.getValue(), spec.source(), NAME));
      }
      percent.put(signal, weight.getValue());
    }
    return new ScorerV1(
        agents,
        new Weights(percent),
        new AllowList(CidrSet.of(spec.allowAddresses()), spec.allowUserAgents()));
  }
}
