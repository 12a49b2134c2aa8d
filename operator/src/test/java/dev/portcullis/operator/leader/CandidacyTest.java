// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.operator.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.portcullis.operator.leader.Candidacy.Step;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CandidacyTest {
  private static final LeaseTimes TIMES = LeaseTimes.DEFAULT;

  private long nanos = 1;
  private long millis = 1_000_000;
  private final Candidacy candidacy = candidate("a");

  private Candidacy candidate(String name) {
    return new Candidacy(name, TIMES, () -> nanos, () -> millis);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
    millis += time.toMillis();
  }

  private static LeaseSpec lease(@Nullable String holder, int renewal) {
    LeaseSpec spec = new LeaseSpec();
    spec.setHolderIdentity(holder);
    spec.setLeaseDurationSeconds(15);
    spec.setRenewTime(ZonedDateTime.parse("2026-01-01T00:00:00Z").plusSeconds(renewal));
    return spec;
  }

  @Test
  void leadsFromNoWriteOn() {
    assertThat(candidacy.certain()).isFalse();
    assertThat(candidacy.read(lease(null, 0))).isEqualTo(Step.TAKE);
    assertThat(candidacy.certain()).as("read, but not written").isFalse();
    Runnable written = candidacy.writing();
    assertThat(candidacy.certain()).as("being written").isFalse();
    written.run();
    assertThat(candidacy.certain()).isTrue();
  }

  @Test
  void countsFromTheMomentBeforeTheWriteWasSent() {
    Runnable written = candidacy.writing();
    pass(Duration.ofSeconds(4));
    written.run();
    pass(Duration.ofMillis(5_999));
    assertThat(candidacy.certain()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void aWriteThatTookTooLongIsWorthNothing() {
    Runnable written = candidacy.writing();
    pass(TIMES.certain());
    written.run();
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void whatIsReadOfAnotherHolderEndsItAtOnce() {
    candidacy.writing().run();
    assertThat(candidacy.read(lease("b", 0))).isEqualTo(Step.WAIT);
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void resigningEndsItAtOnce() {
    candidacy.writing().run();
    candidacy.resign();
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void aMachineThatSleptLeadsNoMoreAlthoughItsOtherClockStoodStill() {
    candidacy.writing().run();
    millis += TIMES.certain().toMillis();
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void aClockThatIsSetBackDoesNotProlongAnything() {
    candidacy.writing().run();
    nanos += TIMES.certain().toNanos();
    millis -= 1_000_000;
    assertThat(candidacy.certain()).isFalse();
  }

  @Test
  void takesALeaseThatNobodyRenewedWhileItWatchedWhateverItsTimesSay() {
    assertThat(candidacy.read(lease("b", 0))).isEqualTo(Step.WAIT);
    pass(Duration.ofMillis(14_999));
    assertThat(candidacy.read(lease("b", 0))).isEqualTo(Step.WAIT);
    pass(Duration.ofMillis(1));
    assertThat(candidacy.read(lease("b", 0))).isEqualTo(Step.TAKE);
  }

  @Test
  void aRenewalStartsTheWatchAnew() {
    candidacy.read(lease("b", 0));
    pass(Duration.ofSeconds(14));
    assertThat(candidacy.read(lease("b", 1))).isEqualTo(Step.WAIT);
    pass(Duration.ofSeconds(14));
    assertThat(candidacy.read(lease("b", 1))).isEqualTo(Step.WAIT);
  }

  @Test
  void leavesALeaseAloneForAsLongAsItsHolderSaid() {
    LeaseSpec longer = lease("b", 0);
    longer.setLeaseDurationSeconds(60);
    candidacy.read(longer);
    pass(Duration.ofSeconds(59));
    assertThat(candidacy.read(longer)).isEqualTo(Step.WAIT);
    pass(Duration.ofSeconds(1));
    assertThat(candidacy.read(longer)).isEqualTo(Step.TAKE);
  }

  @Test
  void timesThatLeaveNothingBetweenAreRefused() {
    Duration second = Duration.ofSeconds(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LeaseTimes(second, second, Duration.ofMillis(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LeaseTimes(second, Duration.ofMillis(900), Duration.ofMillis(900)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LeaseTimes(Duration.ofMillis(1500), second, Duration.ofMillis(100)));
  }

  /**
   * Three candidates and one lease, in any order and with requests of any length: never are two
   * certain at once. A write carries the version that was read, as the API server demands.
   */
  @Test
  void neverAreTwoCertain() {
    for (int seed = 0; seed < 300; seed++) {
      nanos = 1;
      millis = 1_000_000;
      Random random = new Random(seed);
      Server server = new Server();
      Actor[] actors = {new Actor("a", server), new Actor("b", server), new Actor("c", server)};
      int terms = 0;
      for (int step = 0; step < 2_000; step++) {
        pass(Duration.ofMillis(random.nextInt(1_500)));
        if (actors[random.nextInt(actors.length)].act(random)) {
          terms++;
        }
        long leaders = 0;
        for (Actor actor : actors) {
          leaders += actor.candidacy.certain() ? 1 : 0;
        }
        assertThat(leaders).as("seed %d, step %d", seed, step).isLessThan(2);
      }
      assertThat(terms).as("seed %d", seed).isGreaterThan(2);
    }
  }

  private static final class Server {
    LeaseSpec lease = lease(null, 0);
    int version;
  }

  /** Reads, decides, sends, and hears of it, each at its own time; now and then it goes away. */
  private final class Actor {
    final String name;
    final Server server;
    Candidacy candidacy;
    private @Nullable Runnable written;
    private int read;
    private boolean arrived;
    private int away;

    Actor(String name, Server server) {
      this.name = name;
      this.server = server;
      this.candidacy = candidate(name);
    }

    boolean act(Random random) {
      if (away > 0) {
        away--;
        return false;
      }
      if (random.nextInt(40) == 0) {
        away = random.nextInt(60);
      }
      if (written == null) {
        read = server.version;
        if (candidacy.read(server.lease) != Step.WAIT) {
          written = candidacy.writing();
          arrived = false;
        }
        return false;
      }
      if (!arrived) {
        arrived = true;
        if (read != server.version) {
          written = null;
          return false;
        }
        boolean taken = !name.equals(server.lease.getHolderIdentity());
        server.version++;
        server.lease = lease(name, server.version);
        return taken;
      }
      if (random.nextInt(5) != 0) {
        written.run();
      }
      written = null;
      return false;
    }
  }
}
