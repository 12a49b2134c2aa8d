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
