// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.identity.ca;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.operator.identity.CertificateAuthority;
import dev.portcullis.operator.identity.ca.Rotation.Wishes;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotationTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final RotationTimes TIMES =
      new RotationTimes(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(365));
  private static final Wishes NONE = new Wishes("", null);

  private final List<Issuer> made = new ArrayList<>();
  private final Rotation rotation = new Rotation(TIMES, this::make);

  private Issuer make() {
    Issuer issuer = Issuer.of(CertificateAuthority.create(Clock.fixed(START, ZoneOffset.UTC)));
    made.add(issuer);
    return issuer;
  }

  @Test
  void walksThroughARotationThatWasAskedFor() {
    Instant asked = START.plus(Duration.ofDays(10));
    Wishes wish = new Wishes("2026-01-11", null);
    List<String> story = new ArrayList<>();
    CaState state = rotation.begin(NONE);
    for (Duration after :
        List.of(
            Duration.ZERO,
            Duration.ofMinutes(59),
            Duration.ofHours(1),
            Duration.ofHours(25),
            Duration.ofHours(26),
            Duration.ofDays(30))) {
      state = rotation.step(state, wish, asked.plus(after));
      story.add(after + " " + describe(state));
    }
    assertThat(story)
        .containsExactly(
            "PT0S signs 0, trusts 0 1",
            "PT59M signs 0, trusts 0 1",
            "PT1H signs 1, trusts 1 0",
            "PT25H signs 1, trusts 1 0",
            "PT26H signs 1, trusts 1",
            "PT720H signs 1, trusts 1");
  }

  @Test
  void hearsOneWishOnceAndDoesNothingWithoutOne() {
    CaState state = rotation.begin(new Wishes("a", null));
    assertThat(rotation.step(state, new Wishes("a", null), START)).isSameAs(state);
    assertThat(rotation.step(state, NONE, START)).isSameAs(state);
    assertThat(rotation.step(state, new Wishes("b", null), START).next()).isNotNull();
  }

  @Test
  void replacesARootThatIsOld() {
    CaState state = rotation.begin(NONE);
    assertThat(rotation.step(state, NONE, START.plus(Duration.ofDays(364)))).isSameAs(state);
    assertThat(rotation.step(state, NONE, START.plus(Duration.ofDays(365))).next()).isNotNull();
  }

  @Test
  void takesARenewedAuthorityOfTheSameRootAtOnce() {
    CertificateAuthority root = make().authority();
    Issuer first = new Issuer(make().authority(), List.of(root.certificate()));
    Issuer second = new Issuer(make().authority(), List.of(root.certificate()));
    CaState state = rotation.begin(new Wishes("", first));
    CaState renewed = rotation.step(state, new Wishes("", second), START);
    assertThat(renewed).isEqualTo(CaState.beginning(second));
  }

  @Test
  void introducesTheRootOfAGivenAuthorityBeforeItSigns() {
    CaState state = rotation.begin(NONE);
    Issuer given = make();
    Wishes wish = new Wishes("", given);
    CaState introducing = rotation.step(state, wish, START);
    assertThat(describe(introducing)).isEqualTo("signs 0, trusts 0 1");
    CaState signing = rotation.step(introducing, wish, START.plus(TIMES.overlap()));
    assertThat(describe(signing)).isEqualTo("signs 1, trusts 1 0");
  }

  /**
   * Whatever is wished for and whenever: each certificate is trusted by everybody until it ends,
   * also by who is an overlap behind when a new authority begins to sign.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void neverLeavesACertificateThatIsAliveWithoutItsRoot(long seed) {
    Random random = new Random(seed);
    Issuer[] given = IntStream.range(0, 4).mapToObj(_ -> make()).toArray(Issuer[]::new);
    List<Moment> moments = new ArrayList<>();
    Instant now = START;
    Wishes wishes = NONE;
    CaState state = rotation.begin(wishes);
    for (int i = 0; i < 300; i++) {
      moments.add(new Moment(now, state));
      now = now.plus(Duration.ofMinutes(random.nextInt(1, 600)));
      if (random.nextInt(8) == 0) {
        @Nullable Issuer chosen = random.nextBoolean() ? null : given[random.nextInt(given.length)];
        wishes = new Wishes("wish-" + i, chosen);
      }
      state = rotation.step(state, wishes, now);
    }
    for (int i = 0; i < moments.size(); i++) {
      Moment issued = moments.get(i);
      List<X509Certificate> roots = issued.state().signer().roots();
      // The certificate may be issued at any time until the next step.
      Instant ends =
          (i + 1 < moments.size() ? moments.get(i + 1).at() : now).plus(TIMES.longestLife());
      for (int j = 0; j < moments.size(); j++) {
        Moment verified = moments.get(j);
        boolean alive = j >= i && verified.at().isBefore(ends);
        boolean behind = j < i && !verified.at().isBefore(issued.at().minus(TIMES.overlap()));
        if (alive || behind) {
          assertThat(verified.state().trust().roots()).containsAll(roots);
        }
      }
      assertThat(issued.state().retired()).hasSizeLessThanOrEqualTo(Rotation.MAX_RETIRED + 1);
    }
  }

  private record Moment(Instant at, CaState state) {}

  private String describe(CaState state) {
    StringBuilder text = new StringBuilder("signs " + number(state.signer().roots().getFirst()));
    text.append(", trusts");
    state.trust().roots().forEach(root -> text.append(' ').append(number(root)));
    return text.toString();
  }

  private int number(X509Certificate root) {
    return IntStream.range(0, made.size())
        .filter(i -> made.get(i).authority().certificate().equals(root))
        .findFirst()
        .orElseThrow();
  }
}
