// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.TestKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class RemoteKeysTest {
  private static final String ONE = TestKeys.set(TestKeys.rsaJwk(TestKeys.RSA, "k1"));
  private static final String TWO = TestKeys.set(TestKeys.ecJwk(TestKeys.EC, "e1"));

  private Instant now = Instant.parse("2027-01-01T00:00:00Z");
  private Duration freshness = RemoteKeys.DEFAULT_FRESHNESS;
  private final Deque<Object> answers = new ArrayDeque<>();
  private final RemoteKeySet set = new RemoteKeySet("https://idp/jwks", () -> now);

  private void after(long seconds) {
    now = now.plusSeconds(seconds);
  }

  private boolean poll() throws InterruptedException {
    return set.refreshIfDue(uri -> {
      assertThat(uri).isEqualTo("https://idp/jwks");
      if (answers.pop() instanceof String body) {
        return new KeyFetch.Answer(body.getBytes(StandardCharsets.UTF_8), freshness);
      }
      throw new IOException("timed out");
    });
  }

  @Test
  void fetchesAtOnceAndAheadOfNeed() throws Exception {
    assertThat(set.current()).isNull();
    answers.add(ONE);
    assertThat(poll()).isTrue();
    VerificationKeys first = set.current();
    assertThat(first).isNotNull();
    after(239);
    assertThat(poll()).isFalse();
    after(1);
    answers.add(ONE);
    assertThat(poll()).isTrue();
    assertThat(set.current()).as("equal keys stay the same object").isSameAs(first);
    assertThat(set.state().stale(now)).isFalse();
  }

  @Test
  void keepsTheLastGoodKeysWhileTheServerIsDown() throws Exception {
    answers.add(ONE);
    poll();
    VerificationKeys good = set.current();
    for (Object bad : new Object[] {7, "<html>", "{\"keys\":[]}", TestKeys.set("{}"), 7, 7, 7, 7}) {
      after(300);
      answers.add(bad);
      assertThat(poll()).isTrue();
      assertThat(set.current()).isSameAs(good);
      assertThat(set.state().lastError()).isNotNull();
    }
    assertThat(set.state().stale(now)).isTrue();
    after(60);
    answers.add(TWO);
    poll();
    assertThat(set.current()).isNotNull().isNotEqualTo(good);
    assertThat(set.state().stale(now)).isFalse();
    assertThat(set.state().lastError()).isNull();
  }

  @Test
  void waitsLongerAfterEachFailureButNeverMoreThanAMinute() throws Exception {
    for (long pause : new long[] {1, 2, 4, 8, 16, 32, 60, 60}) {
      answers.add(7);
      assertThat(poll()).isTrue();
      after(pause - 1);
      assertThat(poll()).isFalse();
      after(1);
    }
    assertThat(set.current()).isNull();
  }

  /** Lets seconds pass in each of which something is asked for; in which were there fetches? */
  private List<Integer> fetchesIn(int seconds, IntFunction<String> names) throws Exception {
    List<Integer> when = new ArrayList<>();
    for (int second = 0; second < seconds; second++) {
      for (int i = 0; i < 100; i++) {
        set.unknownKey(names.apply(100 * second + i));
      }
      // All that is fetched here is fetched because of them.
      if (set.state().due(now)) {
        answers.add(ONE);
        assertThat(poll()).isTrue();
        when.add(second);
      }
      after(1);
    }
    return when;
  }

  @Test
  void aFloodOfUnknownKeysCausesFewerAndFewerFetches() throws Exception {
    freshness = Duration.ofHours(1);
    answers.add(ONE);
    poll();
    // Not within 30 s of the fetch before; then after 60, 120, 240, 480, 600 and 600 s.
    assertThat(fetchesIn(2600, n -> "random-" + n))
        .containsExactly(30, 90, 210, 450, 930, 1530, 2130);
  }

  @Test
  void aNameThatWasLookedForThreeTimesIsGivenUpSoThatANewOneIsFoundSoon() throws Exception {
    freshness = Duration.ofHours(1);
    answers.add(ONE);
    poll();
    assertThat(fetchesIn(500, _ -> "old")).containsExactly(30, 90, 210);
    set.unknownKey("new");
    answers.add(TWO);
    assertThat(poll()).isTrue();
    assertThat(set.state().unknown()).isEqualTo(UnknownKeys.NONE);
  }

  @Test
  void startsAnewAfterTenQuietMinutes() throws Exception {
    freshness = Duration.ofHours(1);
    answers.add(ONE);
    poll();
    assertThat(fetchesIn(450, _ -> "old")).containsExactly(30, 90, 210);
    after(600);
    assertThat(fetchesIn(90, _ -> "old")).containsExactly(0, 60);
  }

  @Test
  void newKeysEndThePause() throws Exception {
    freshness = Duration.ofHours(1);
    answers.add(ONE);
    poll();
    assertThat(fetchesIn(500, n -> "random-" + n)).containsExactly(30, 90, 210, 450);
    after(2830);
    answers.add(TWO);
    assertThat(poll()).as("it is time anyway").isTrue();
    after(30);
    set.unknownKey("another");
    assertThat(set.state().due(now)).isTrue();
  }

  @Test
  void remembersABoundedNumberOfNames() {
    UnknownKeys unknown = UnknownKeys.NONE;
    for (int i = 0; i < 10 * UnknownKeys.MAX_NAMES; i++) {
      unknown = unknown.seek("name-" + i, unknown.notBefore()).unchanged(now);
      assertThat(unknown.vain()).hasSizeLessThanOrEqualTo(UnknownKeys.MAX_NAMES);
    }
  }

  @Test
  void anUnknownKeyDoesNotShortenThePauseAfterFailures() throws Exception {
    answers.add(ONE);
    poll();
    for (int i = 0; i < 6; i++) {
      after(300);
      answers.add(7);
      poll();
    }
    set.unknownKey("k2");
    assertThat(poll()).isFalse();
  }

  @Test
  void aFetchThatNeverEndsIsGivenUp() {
    RemoteKeys hung = RemoteKeys.unfetched(now).started(now);
    assertThat(hung.due(now.plusSeconds(59))).isFalse();
    assertThat(hung.due(now.plusSeconds(60))).isTrue();
  }

  @Test
  void boundsWhatTheServerSaysOfFreshness() throws Exception {
    VerificationKeys keys = JwkSetReader.readPublic(ONE.getBytes(StandardCharsets.UTF_8)).keys();
    RemoteKeys state = RemoteKeys.unfetched(now).started(now);
    assertThat(state.succeeded(keys, Duration.ZERO, now).nextFetch())
        .isEqualTo(now.plusSeconds(48));
    assertThat(state.succeeded(keys, Duration.ofDays(400), now).freshUntil())
        .isEqualTo(now.plus(Duration.ofHours(1)));
  }
}
