// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CachedTokensTest {
  private final List<String> asked = new ArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private TokenVerdict answer = new TokenVerdict.Authenticated(new Identity("someone"));
  private final CachedTokens tokens =
      new CachedTokens(
          token -> {
            asked.add(token);
            return answer;
          },
          nanos::get);

  @Test
  void asksOncePerHalfMinute() {
    tokens.authenticate("t");
    tokens.authenticate("t");
    assertThat(asked).hasSize(1);
    nanos.addAndGet(Duration.ofSeconds(31).toNanos());
    answer = new TokenVerdict.Refused("revoked");
    assertThat(tokens.authenticate("t")).isInstanceOf(TokenVerdict.Refused.class);
    assertThat(asked).hasSize(2);
  }

  @Test
  void remembersRefusalsToo() {
    answer = new TokenVerdict.Refused("bad");
    tokens.authenticate("t");
    tokens.authenticate("t");
    assertThat(asked).hasSize(1);
  }

  @Test
  void doesNotRememberThatNobodyCouldSay() {
    answer = new TokenVerdict.Unavailable("down");
    tokens.authenticate("t");
    tokens.authenticate("t");
    assertThat(asked).hasSize(2);
  }

  @Test
  void asksNobodyAboutAnOverlongToken() {
    assertThat(tokens.authenticate("t".repeat(16 * 1024 + 1)))
        .isInstanceOf(TokenVerdict.Refused.class);
    assertThat(asked).isEmpty();
  }
}
