// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.bot.BotScorer;
import dev.portcullis.engine.bot.agent.UserAgent;
import dev.portcullis.engine.bot.agent.UserAgents;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One policy's scorer. */
final class ScorerV1 implements BotScorer {
  private static final BotScore ALLOWED = new BotScore(0, List.of());

  private final UserAgents agents;
  private final Weights weights;
  private final AllowList allowed;

  ScorerV1(UserAgents agents, Weights weights, AllowList allowed) {
    this.agents = agents;
    this.weights = weights;
    this.allowed = allowed;
  }

  @Override
  public BotScore score(RequestContext request, IpAddress client) {
    var shape = new HeaderShape(request.headers());
    @Nullable String text = shape.value(shape.userAgent);
    if (allowed.allows(client, text)) {
      return ALLOWED;
    }
    UserAgent agent = agents.read(text);
    var tally = new Tally(weights);
    AgentSignal.judge(agent, tally);
    HeaderSignal.judge(agent, shape, request.line().scheme().equals("https"), tally);
    return tally.score();
  }
}
