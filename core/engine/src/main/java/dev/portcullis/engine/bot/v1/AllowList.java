// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot.v1;

import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whom a policy never suspects. An address is proof of something, a User-Agent is a hint only. */
record AllowList(CidrSet addresses, List<String> agents) {

  AllowList {
    agents = List.copyOf(agents);
  }

  boolean allows(IpAddress client, @Nullable String agent) {
    if (addresses.contains(client)) {
      return true;
    }
    for (int i = 0; i < agents.size() && agent != null; i++) {
      if (agent.contains(agents.get(i))) {
        return true;
      }
    }
    return false;
  }
}
