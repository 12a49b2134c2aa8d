// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import dev.portcullis.engine.authentication.jwt.TokenDigest;
import dev.portcullis.engine.port.Introspector;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Asks issuers about tokens, for all routes of a process: what was answered before is remembered,
 * and of those who ask about one token at a time one asks for all. Safe for all threads.
 */
public final class Introspections {
  /** What those who wait for another's question grant beyond its time-out. */
  private static final Duration GRACE = Duration.ofMillis(100);

  /**
   * Checks that may wait for others' questions to one endpoint. Each keeps a place of those who ask
   * somebody, which one slow endpoint must not have all of.
   */
  public static final int MAX_FOLLOWERS = 96;

  private final Introspector introspector;
  private final InFlight followers = new InFlight(MAX_FOLLOWERS);
  private final KnownTokens known;
  private final InstantSource clock;
  private final ConcurrentMap<TokenDigest, CompletableFuture<TokenAnswer>> underWay =
      new ConcurrentHashMap<>();
  private final LongAdder asked = new LongAdder();
  private final LongAdder unanswered = new LongAdder();

  /**
   * Knows nothing yet.
   *
   * @param maxBytes about how much memory active tokens may take
   */
  public Introspections(Introspector introspector, long maxBytes, InstantSource clock) {
    this.introspector = introspector;
    this.known = new KnownTokens(maxBytes);
    this.clock = clock;
  }

  @Nullable TokenAnswer find(TokenDigest digest, Instant now) {
    return known.find(digest, now);
  }

  /** Asks, or waits for whoever asks already. Never throws. */
  TokenAnswer ask(
      TokenDigest digest, Introspector.Question question, AnswerRules rules, Duration ttl) {
    CompletableFuture<TokenAnswer> mine = new CompletableFuture<>();
    CompletableFuture<TokenAnswer> others = underWay.putIfAbsent(digest, mine);
    if (others != null) {
      return follow(others, question);
    }
    TokenAnswer answer = new TokenAnswer.Unavailable("the question was not asked");
    try {
      answer = ask(digest, question, rules, ttl, clock);
    } finally {
      underWay.remove(digest, mine);
      mine.complete(answer);
    }
    return answer;
  }

  private TokenAnswer follow(
      CompletableFuture<TokenAnswer> others, Introspector.Question question) {
    if (!followers.enter(question.endpoint())) {
      return new TokenAnswer.Unavailable(
          question.endpoint() + " keeps " + MAX_FOLLOWERS + " others waiting already");
    }
    try {
      return await(others, question.timeout().plus(GRACE));
    } finally {
      followers.leave(question.endpoint());
    }
  }

  private TokenAnswer ask(
      TokenDigest digest,
      Introspector.Question question,
      AnswerRules rules,
      Duration ttl,
      InstantSource clock) {
    asked.increment();
    TokenAnswer answer;
    int length = 0;
    try {
      byte[] body = introspector.introspect(question);
      length = body.length;
      answer = rules.judge(body, clock.instant().getEpochSecond());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      answer = new TokenAnswer.Unavailable("interrupted");
    } catch (IOException e) {
      answer = new TokenAnswer.Unavailable(question.endpoint() + " " + e.getMessage());
    } catch (RuntimeException | StackOverflowError e) {
      // Not its message, which may quote what was sent.
      answer = new TokenAnswer.Unavailable(e.getClass().getName());
    }
    if (answer instanceof TokenAnswer.Unavailable) {
      unanswered.increment();
    } else {
      known.remember(digest, answer, ttl, clock.instant(), length);
    }
    return answer;
  }

  private static TokenAnswer await(CompletableFuture<TokenAnswer> answer, Duration patience) {
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new TokenAnswer.Unavailable("interrupted");
    } catch (TimeoutException e) {
      return new TokenAnswer.Unavailable("whoever asks about the token has no answer yet");
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it so", e);
    }
  }

  /** How many active tokens are remembered, about. */
  public long size() {
    return known.size();
  }

  /** Questions so far. */
  public long asked() {
    return asked.sum();
  }

  /** Questions to which there was no answer that could be used. */
  public long unanswered() {
    return unanswered.sum();
  }
}
