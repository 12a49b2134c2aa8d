// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.bot;

import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.match.IpAddress;

/**
 * The signals of one route's BotSpec, compiled. Pure and thread-safe. Knows the allow-lists; match,
 * exemption and thresholds are the pipeline's.
 */
@FunctionalInterface
public interface BotScorer {

  /**
   * Scores a request.
   *
   * @param client the client's address, behind trusted proxies
   */
  BotScore score(RequestContext request, IpAddress client);
}
