// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.Inquiry;
import dev.portcullis.engine.Patience;
import dev.portcullis.engine.authentication.Identity;
import dev.portcullis.engine.port.Introspector;
import dev.portcullis.policy.plan.AuthMethodSpec;
import dev.portcullis.policy.plan.SecretMaterial;
import dev.portcullis.policy.plan.SecretRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is asked, what is remembered of it and for how long. */
class IntrospectionMethodTest {
  private static final Instant START = Instant.ofEpochSecond(1_800_000_000);
  private static final Introspector.Client CLIENT =
      new Introspector.Client(material("portcullis"), material("secret"));

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private Instant now = START;
  private Introspector introspector = this::answer;

  private final Introspections introspections =
      new Introspections(question -> introspector.introspect(question), 1 << 20, () -> now);
  private final IntrospectionMethod method = method("30s", "opaque", "secret");

  private static SecretMaterial material(String text) {
    return SecretMaterial.of(text.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] answer(Introspector.Question question) throws IOException {
    asked.incrementAndGet();
    String answer = answers.getOrDefault(question.token(), "{\"active\":false}");
    if (answer.isEmpty()) {
      throw new IOException("is down");
    }
    return answer.getBytes(StandardCharsets.UTF_8);
  }

  private IntrospectionMethod method(String ttl, String name, String secret) {
    return new IntrospectionMethod(
        new AuthMethodSpec.Introspection(
            name,
            "https://idp.example.com/introspect",
            new SecretRef("shop", "idp", "client-id", "1"),
            new SecretRef("shop", "idp", "client-secret", secret),
            Duration.parse("PT" + ttl),
            Duration.ofSeconds(20),
            null,
            List.of(),
            List.of(),
            List.of()),
        introspections);
  }

  private TokenAnswer ask(IntrospectionMethod of, String token) {
    return switch (of.look(token, CLIENT, now, Patience.NONE)) {
      case IntrospectionMethod.Outcome.Known(var answer) -> answer;
      case IntrospectionMethod.Outcome.Unknown(Inquiry inquiry) -> {
        inquiry.ask();
        yield ((IntrospectionInquiry) inquiry).answer();
      }
    };
  }

  private static Identity identity(TokenAnswer answer) {
    assertThat(answer).isInstanceOf(TokenAnswer.Active.class);
    return ((TokenAnswer.Active) answer).result().identity();
  }

  @Test
  void readsWhoCallsFromTheAnswer() {
    answers.put(
        "t",
        "{\"active\":true,\"sub\":\"alice\",\"scope\":\"read write\",\"client_id\":\"shop\","
            + "\"iss\":\"https://idp.example.com/\",\"exp\":1800000100,\"acr\":\"phr\"}");
    Identity identity = identity(ask(method, "t"));
    assertThat(identity.subject()).isEqualTo("alice");
    assertThat(identity.scopes()).containsExactly("read", "write");
    assertThat(identity.client()).isEqualTo("shop");
    assertThat(identity.issuer()).isEqualTo("https://idp.example.com/");
    assertThat(identity.validUntil()).isEqualTo(1_800_000_100);
    assertThat(identity.claims()).containsEntry("acr", "phr").doesNotContainKey("active");
  }

  @Test
  void asksOnceWhileAnAnswerCounts() {
    answers.put("t", "{\"active\":true}");
    identity(ask(method, "t"));
    answers.put("t", "");
    now = START.plusSeconds(29);
    identity(ask(method, "t"));
    assertThat(asked).hasValue(1);
    now = START.plusSeconds(30);
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Unavailable.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void neverBelievesATokenLongerThanItLasts() {
    answers.put("t", "{\"active\":true,\"exp\":" + (START.getEpochSecond() + 10) + "}");
    identity(ask(method, "t"));
    now = START.plusSeconds(10).minusNanos(1);
    identity(ask(method, "t"));
    now = START.plusSeconds(10);
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Refused.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void remembersNothingWhereThePolicySaysSo() {
    answers.put("t", "{\"active\":true}");
    IntrospectionMethod forgetful = method("0s", "opaque", "secret");
    identity(ask(forgetful, "t"));
    identity(ask(forgetful, "t"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void remembersInactiveTokensForSeconds() {
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Refused.class);
    answers.put("t", "{\"active\":true}");
    now = START.plusSeconds(4);
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Refused.class);
    now = START.plusSeconds(5);
    identity(ask(method, "t"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void remembersNoFailure() {
    answers.put("t", "");
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Unavailable.class);
    answers.put("t", "{\"active\":true}");
    identity(ask(method, "t"));
  }

  @Test
  void asksAgainWhenTheMethodChanges() {
    answers.put("t", "{\"active\":true}");
    identity(ask(method, "t"));
    answers.remove("t");
    assertThat(ask(method("30s", "opaque", "another secret"), "t"))
        .isInstanceOf(TokenAnswer.Refused.class);
    assertThat(ask(method("30s", "another name", "secret"), "t"))
        .isInstanceOf(TokenAnswer.Refused.class);
    identity(ask(method("30s", "opaque", "secret"), "t"));
  }

  @Test
  void aFloodOfRandomTokensTakesNoGoodOnesPlace() {
    for (int i = 0; i < 100; i++) {
      answers.put("good-" + i, "{\"active\":true,\"sub\":\"" + i + "\"}");
      identity(ask(method, "good-" + i));
    }
    Random random = new Random(7);
    for (int i = 0; i < 50_000; i++) {
      ask(method, "bad-" + HexFormat.of().toHexDigits(random.nextLong()));
    }
    int before = asked.get();
    for (int i = 0; i < 100; i++) {
      assertThat(identity(ask(method, "good-" + i)).subject()).isEqualTo("" + i);
    }
    assertThat(asked).hasValue(before);
  }

  @Test
  void neitherTellsApartNorAsksAboutWhatNoIssuerMakes() {
    answers.put("abc?", "{\"active\":true}");
    identity(ask(method, "abc?"));
    for (String other : List.of("abc\u1234", "abc\u00e9", "abc\u0000", "a".repeat(16_385))) {
      assertThat(ask(method, other)).isInstanceOf(TokenAnswer.Refused.class);
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void believesOnlyTheWordTrue() {
    for (String active : List.of("\"true\"", "1", "null", "[true]", "{}", "\"\"")) {
      answers.put("t", "{\"active\":" + active + "}");
      assertThat(ask(method, "t")).as(active).isInstanceOf(TokenAnswer.Unavailable.class);
    }
    answers.put("t", "{\"active\":false,\"active\":true}");
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Unavailable.class);
    answers.put("t", "{\"Active\":true}");
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Unavailable.class);
  }

  @Test
  void oneAsksForAllWhoAskAtATime() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    answers.put("t", "{\"active\":true}");
    introspector =
        question -> {
          open.await();
          return answer(question);
        };
    List<TokenAnswer> got = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            TokenAnswer answer = ask(method, "t");
            synchronized (got) {
              got.add(answer);
            }
          }));
    }
    while (introspections.asked() == 0) {
      Thread.onSpinWait();
    }
    open.countDown();
    for (Thread each : threads) {
      assertThat(each.join(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(got).hasSize(20).allMatch(TokenAnswer.Active.class::isInstance);
    // Who came after the answer found it remembered.
    assertThat(asked).hasValue(1);
  }

  /** One token, shown again and again while its issuer is slow, must not take every place. */
  @Test
  void letsNoMoreWaitForOneEndpointThanLeavesRoomForOthers() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    answers.put("t", "{\"active\":true}");
    introspector =
        question -> {
          open.await();
          return answer(question);
        };
    List<TokenAnswer> turnedAway = new CopyOnWriteArrayList<>();
    List<TokenAnswer> answered = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 1 + Introspections.MAX_FOLLOWERS + 10; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            TokenAnswer answer = ask(method, "t");
            (answer instanceof TokenAnswer.Unavailable ? turnedAway : answered).add(answer);
          }));
    }
    // The others cannot have an answer, so ten are turned away at once.
    while (turnedAway.size() < 10) {
      Thread.sleep(1);
    }
    assertThat(answered).isEmpty();
    open.countDown();
    for (Thread each : threads) {
      assertThat(each.join(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(turnedAway).hasSize(10);
    assertThat(answered).hasSize(1 + Introspections.MAX_FOLLOWERS);
    identity(ask(method, "t"));
  }

  @Test
  void survivesWhateverTheOneWhoAsksThrows() throws Exception {
    introspector =
        _ -> {
          throw new IllegalStateException("token abc");
        };
    assertThat(ask(method, "t"))
        .isEqualTo(new TokenAnswer.Unavailable("java.lang.IllegalStateException"));
    introspector =
        _ -> {
          throw new InterruptedException();
        };
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Unavailable.class);
              assertThat(Thread.currentThread().isInterrupted()).isTrue();
            });
    thread.join(TimeUnit.SECONDS.toMillis(20));
    introspector = this::answer;
    assertThat(ask(method, "t")).isInstanceOf(TokenAnswer.Refused.class);
    assertThat(introspections.unanswered()).isEqualTo(2);
  }
}
