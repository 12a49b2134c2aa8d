// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.codec.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.portcullis.policy.plan.SecretMaterial;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a probe proves, and what nobody can make it prove. */
final class ProbeTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.7Z");
  private static final ProbeKey KEY = key(1);
  private static final ProbeKey NEXT = key(2);
  private static final ProbeAnswer ANSWER =
      new ProbeAnswer("shop/orders", "ab12", "spiffe://cluster.local/ns/portcullis-system/sa/op");

  @Test
  void isAnsweredByAHolderOfTheKey() {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    ProbeQuestion.Verified asked = asked(question.path(List.of(KEY)), List.of(KEY));
    assertThat(asked.question()).isEqualTo(question);
    assertThat(ProbeAnswer.in(ANSWER.to(asked), question, List.of(KEY))).contains(ANSWER);
  }

  @Test
  void holdsWhileOneKeyFollowsAnother() {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    for (List<ProbeKey> known : List.of(List.of(KEY), List.of(NEXT), List.of(KEY, NEXT))) {
      ProbeQuestion.Verified asked = asked(question.path(List.of(NEXT, KEY)), known);
      assertThat(ProbeAnswer.in(ANSWER.to(asked), question, List.of(NEXT, KEY))).contains(ANSWER);
    }
  }

  @Test
  void endsSoon() {
    String path = ProbeQuestion.at(NOW).path(List.of(KEY));
    assertThat(ProbeQuestion.in(path, List.of(KEY), NOW.plusSeconds(29))).isPresent();
    assertThat(ProbeQuestion.in(path, List.of(KEY), NOW.plusSeconds(31))).isEmpty();
    assertThat(ProbeQuestion.in(path, List.of(KEY), NOW.minusSeconds(32))).isEmpty();
  }

  @Test
  void isNoQuestionWithoutAKey() {
    String path = ProbeQuestion.at(NOW).path(List.of(KEY));
    assertThat(ProbeQuestion.in(path, List.of(), NOW)).isEmpty();
    assertThat(ProbeQuestion.in(path, List.of(NEXT), NOW)).isEmpty();
    assertThat(ProbeQuestion.in(ProbeQuestion.PREFIX, List.of(KEY), NOW)).isEmpty();
    assertThat(ProbeQuestion.in(path + "/", List.of(KEY), NOW)).isEmpty();
    assertThat(ProbeQuestion.in(path + "?a=b", List.of(KEY), NOW)).isEmpty();
    assertThat(ProbeQuestion.in(path + "x".repeat(10_000), List.of(KEY), NOW)).isEmpty();
  }

  /** The answer to one probe must not be good for another, nor a question be its own answer. */
  @Test
  void anAnswerFitsOneQuestion() {
    ProbeQuestion question = ProbeQuestion.at(NOW);
    String path = question.path(List.of(KEY));
    String answer = ANSWER.to(asked(path, List.of(KEY)));
    assertThat(ProbeAnswer.in(answer, ProbeQuestion.at(NOW), List.of(KEY))).isEmpty();
    assertThat(
            ProbeAnswer.in(
                answer, new ProbeQuestion(question.nonce(), NOW.plusSeconds(1)), List.of(KEY)))
        .isEmpty();
    String own = path.substring(ProbeQuestion.PREFIX.length());
    assertThat(ProbeAnswer.in(own, question, List.of(KEY))).isEmpty();
    assertThat(ProbeAnswer.in("", question, List.of(KEY))).isEmpty();
  }

  /** Whoever saw questions and answers and has no key cannot make another of either. */
  @Test
  void nobodyForgesWithoutTheKey() {
    Random random = new Random(22);
    ProbeQuestion question = ProbeQuestion.at(NOW);
    String path = question.path(List.of(KEY));
    String answer = ANSWER.to(asked(path, List.of(KEY)));
    String other =
        new ProbeAnswer("shop/carts", "ab12", ANSWER.principal()).to(asked(path, List.of(KEY)));
    int dot = answer.lastIndexOf('.');
    assertThat(
            ProbeAnswer.in(
                other.substring(0, other.lastIndexOf('.')) + answer.substring(dot),
                question,
                List.of(KEY)))
        .as("the signature of one answer under another")
        .isEmpty();
    for (int i = 0; i < 20_000; i++) {
      String changed = changed(path, random);
      // The last digit of a signature carries bits that mean nothing.
      ProbeQuestion.in(changed, List.of(KEY), NOW)
          .ifPresent(read -> assertThat(read.question()).isEqualTo(question));
      ProbeAnswer.in(changed(answer, random), question, List.of(KEY))
          .ifPresent(read -> assertThat(read).isEqualTo(ANSWER));
      assertThat(ProbeAnswer.in(ANSWER.to(asked(path, key(i + 3))), question, List.of(KEY)))
          .isEmpty();
    }
  }

  @Test
  void showsNothingOfAKey() {
    assertThat(KEY).hasToString("ProbeKey[redacted]");
    assertThat(KEY.name()).startsWith("probe/").hasSize(70);
    assertThatThrownBy(() -> ProbeKey.of(SecretMaterial.of(new byte[31])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static ProbeQuestion.Verified asked(String path, List<ProbeKey> known) {
    return ProbeQuestion.in(path, known, NOW).orElseThrow();
  }

  private static ProbeQuestion.Verified asked(String path, ProbeKey forger) {
    return new ProbeQuestion.Verified(asked(path, List.of(KEY)).question(), forger);
  }

  private static String changed(String text, Random random) {
    StringBuilder changed = new StringBuilder(text);
    for (int times = random.nextInt(1, 4); times > 0; times--) {
      int at = random.nextInt(changed.length());
      switch (random.nextInt(3)) {
        case 0 -> changed.setCharAt(at, (char) random.nextInt('-', 'z'));
        case 1 -> changed.deleteCharAt(at);
        default -> changed.insert(at, (char) random.nextInt('-', 'z'));
      }
    }
    return changed.toString();
  }

  private static ProbeKey key(int seed) {
    byte[] bytes = new byte[ProbeKey.BYTES];
    new Random(seed).nextBytes(bytes);
    return ProbeKey.of(SecretMaterial.of(bytes));
  }
}
