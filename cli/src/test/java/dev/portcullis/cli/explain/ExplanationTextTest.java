// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTextTest {

  @Test
  void saysOfWhichQuotaLittleOrNothingIsLeft() throws IOException {
    List<String> lines =
        ExplanationText.of(
            new JsonMapper()
                .readTree(
                    """
                    {"outcome":"allow","phase":"AUTHORIZATION","rule":"read",
                     "policy":"ApiPolicy shop/orders","quotas":[
                       {"phase":"QUOTAS","policy":"RateLimitPolicy shop/plans","rule":"day",
                        "percent":100,"limit":10},
                       {"phase":"QUOTAS","policy":"RateLimitPolicy shop/plans","rule":"month",
                        "percent":80,"limit":200}]}
                    """));

    assertThat(lines)
        .startsWith(
            "Allowed by read of ApiPolicy shop/orders",
            "  and leaves nothing of a quota of 10 by day of RateLimitPolicy shop/plans",
            "  and leaves a fifth or less of a quota of 200 by month of RateLimitPolicy"
                + " shop/plans");
  }

  @Test
  void saysForHowLongARequestIsHeldAndByWhichLimit() throws IOException {
    List<String> lines =
        ExplanationText.of(
            new JsonMapper()
                .readTree(
                    """
                    {"outcome":"allow","phase":"AUTHORIZATION","rule":"read",
                     "policy":"ApiPolicy shop/orders",
                     "delay":{"phase":"RATES","policy":"RateLimitPolicy shop/even","rule":"even",
                              "millis":250},
                     "steps":[{"section":"limits","said":"PASS","looked":[
                       {"rule":"even","found":"DELAYS","remaining":0}]}]}
                    """));

    assertThat(lines)
        .startsWith(
            "Allowed by read of ApiPolicy shop/orders",
            "  after 250 ms by even of RateLimitPolicy shop/even")
        .contains("    even grants it when its turn has come, 0 left");
  }
}
