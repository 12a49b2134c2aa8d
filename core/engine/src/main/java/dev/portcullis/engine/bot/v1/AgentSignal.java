// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.engine.bot.agent.Engine;
import dev.portcullis.engine.bot.agent.UserAgent;

/** Signal {@code userAgent}: what the client says that it is. */
final class AgentSignal {
  private AgentSignal() {}

  static void judge(UserAgent agent, Tally tally) {
    switch (agent.kind()) {
      case BROWSER -> {
        if (agent.engine() == Engine.RETIRED) {
          tally.add(Finding.RETIRED);
        }
      }
      case OTHER -> tally.add(Finding.UNKNOWN_PROGRAM);
      case PRETENDER -> tally.add(Finding.PRETENDER);
      case NONE -> tally.add(Finding.NO_AGENT);
      case CRAWLER -> tally.add(Finding.CRAWLER, agent.name());
      case LIBRARY -> tally.add(Finding.LIBRARY, agent.name());
      case AUTOMATION -> tally.add(Finding.AUTOMATION, agent.name());
      case SCANNER -> tally.add(Finding.SCANNER, agent.name());
    }
  }
}
