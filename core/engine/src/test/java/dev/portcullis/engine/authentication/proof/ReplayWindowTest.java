// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.authentication.proof.ReplayWindow.Sighting;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.request.Hop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReplayWindowTest {
  private static final long NOW = 1_795_000_000L;
  private static final long UNTIL = NOW + 120;

  private static final List<Hop> HOPS = List.of(Hop.DIRECT, Hop.AT_GATEWAY, Hop.BEHIND_GATEWAY);

  private final ReplayWindow window = new ReplayWindow(640);
  private long questions;

  private static ProofId proof(long n) {
    return proof("tenant-" + n, n);
  }

  private static ProofId proof(String namespace, long n) {
    return ProofId.of(namespace, "thumbprint-" + n, "proof-" + n);
  }

  private ChargeId question() {
    return new ChargeId(++questions, questions * 31);
  }

  @Test
  void aProofIsGoodForOneQuestion() {
    ChargeId asked = question();
    assertThat(window.see(proof(1), asked, Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), asked, Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), question(), Hop.DIRECT, UNTIL, NOW + 119))
        .isEqualTo(Sighting.REPLAYED);
    assertThat(window.see(proof(2), question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
  }

  @Test
  void anotherKeyMakesAnotherProof() {
    ProofId other = ProofId.of("tenant-1", "thumbprint-2", "proof-1");
    assertThat(window.see(proof(1), question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
    assertThat(window.see(other, question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
  }

  @Test
  void aProofIsTheSameWhoseverPolicyAsksForIt() {
    for (String namespace : List.of("shop", "billing")) {
      assertThat(window.see(proof(namespace, 1), question(), Hop.DIRECT, UNTIL, NOW))
          .isEqualTo(namespace.equals("shop") ? Sighting.FIRST : Sighting.REPLAYED);
    }
  }

  @Test
  void theSidecarAsksOnceMoreAboutWhatAGatewayAskedAbout() {
    assertThat(window.see(proof(1), question(), Hop.AT_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), question(), Hop.BEHIND_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.FIRST);
    for (Hop hop : Hop.values()) {
      assertThat(window.see(proof(1), question(), hop, UNTIL, NOW))
          .as(hop.name())
          .isEqualTo(Sighting.REPLAYED);
    }
  }

  @Test
  void aProofThatWasSeenAtAGatewayIsGoodForNobodyElse() {
    assertThat(window.see(proof(1), question(), Hop.AT_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), question(), Hop.DIRECT, UNTIL, NOW))
        .isEqualTo(Sighting.REPLAYED);
  }

  @Test
  void aProofThatWasSeenWithoutAGatewayIsNoneForGateways() {
    assertThat(window.see(proof(1), question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), question(), Hop.AT_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.REPLAYED);
    assertThat(window.see(proof(1), question(), Hop.BEHIND_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.REPLAYED);
  }

  @Test
  void aProofThatOnlyASidecarSawIsNoneForGateways() {
    assertThat(window.see(proof(1), question(), Hop.BEHIND_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.FIRST);
    assertThat(window.see(proof(1), question(), Hop.AT_GATEWAY, UNTIL, NOW))
        .isEqualTo(Sighting.REPLAYED);
    assertThat(window.see(proof(1), question(), Hop.DIRECT, UNTIL, NOW))
        .isEqualTo(Sighting.REPLAYED);
  }

  @Test
  void refusesWhenItIsFullAndForgetsNothing() {
    List<Long> kept = new ArrayList<>();
    int refused = 0;
    for (long n = 0; n < 2000; n++) {
      switch (window.see(proof(n), question(), Hop.DIRECT, UNTIL, NOW)) {
        case FIRST -> kept.add(n);
        case UNKNOWABLE -> refused++;
        case REPLAYED -> throw new AssertionError("proof " + n + " was never seen");
      }
    }
    assertThat(kept.size()).isEqualTo(640);
    assertThat(refused).isEqualTo(1360);
    assertThat(window.size()).isEqualTo(640);
    for (long n : kept) {
      assertThat(window.see(proof(n), question(), Hop.DIRECT, UNTIL, NOW + 119))
          .isEqualTo(Sighting.REPLAYED);
    }
  }

  /** One client who sends as many proofs as he can, all of them for one place. */
  @Test
  void leavesRoomForOthersWhenOneHolderIsGreedy() {
    ReplayWindow wide = new ReplayWindow(64 * 64);
    int kept = 0;
    int refused = 0;
    for (long n = 0; kept + refused < 1000; n++) {
      ProofId proof = ProofId.of("shop", "greedy", "proof-" + n);
      if (proof.high() % 64 == 0) {
        switch (wide.see(proof, question(), Hop.DIRECT, UNTIL, NOW)) {
          case FIRST -> kept++;
          case UNKNOWABLE -> refused++;
          case REPLAYED -> throw new AssertionError("proof " + n + " was never seen");
        }
      }
    }
    assertThat(kept).isEqualTo(32);
    int others = 0;
    for (long n = 0; others < 32; n++) {
      ProofId proof = proof(n);
      if (proof.high() % 64 == 0 && proof.holder() != ProofId.of("shop", "greedy", "").holder()) {
        assertThat(wide.see(proof, question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.FIRST);
        others++;
      }
    }
    ProofId later =
        LongStream.iterate(0, n -> n + 1)
            .mapToObj(n -> ProofId.of("shop", "greedy", "later-" + n))
            .filter(proof -> proof.high() % 64 == 0)
            .findFirst()
            .orElseThrow();
    assertThat(wide.see(later, question(), Hop.DIRECT, UNTIL, NOW)).isEqualTo(Sighting.UNKNOWABLE);
    assertThat(wide.see(later, question(), Hop.DIRECT, UNTIL + 121, UNTIL + 1))
        .isEqualTo(Sighting.FIRST);
  }

  /** One who writes policies, with an issuer of his own and as many holders as he likes. */
  @Test
  void leavesRoomForOthersWhenOneTenantIsGreedy() {
    ReplayWindow wide = new ReplayWindow(64 * 64);
    assertThat(keptInOneStripe(wide, "greedy", 0, NOW)).isEqualTo(32);
    assertThat(keptInOneStripe(wide, "another", 10_000, NOW)).isEqualTo(16);
    assertThat(keptInOneStripe(wide, "third", 20_000, NOW)).isEqualTo(8);
    assertThat(keptInOneStripe(wide, "greedy", 30_000, NOW)).isZero();
    assertThat(keptInOneStripe(wide, "greedy", 40_000, UNTIL + 1)).isEqualTo(32);
  }

  private int keptInOneStripe(ReplayWindow window, String namespace, long from, long now) {
    return (int)
        LongStream.range(from, from + 10_000)
            .mapToObj(n -> proof(namespace, n))
            .filter(proof -> proof.high() % 64 == 0)
            .filter(proof ->
                window.see(proof, question(), Hop.DIRECT, now + 120, now) == Sighting.FIRST)
            .count();
  }

  @Test
  void makesRoomWhenProofsHaveHadTheirTime() {
    for (long n = 0; n < 2000; n++) {
      window.see(proof(n), question(), Hop.DIRECT, UNTIL, NOW);
    }
    assertThat(window.see(proof(5000), question(), Hop.DIRECT, UNTIL + 121, UNTIL + 1))
        .isEqualTo(Sighting.FIRST);
  }

  @Test
  void aClockThatIsSetBackDoesNotBringProofsBack() {
    for (long n = 0; n < 2000; n++) {
      window.see(proof(n), question(), Hop.DIRECT, UNTIL, NOW);
    }
    for (long n = 2000; n < 4000; n++) {
      window.see(proof(n), question(), Hop.DIRECT, UNTIL + 3600, NOW + 3600);
    }
    for (long n = 0; n < 2000; n++) {
      assertThat(window.see(proof(n), question(), Hop.DIRECT, UNTIL, NOW + 1))
          .isNotEqualTo(Sighting.FIRST);
    }
  }

  /** Whatever the order, the times and the askers are: no proof is good for two questions. */
  @Test
  void noProofIsEverUsedTwice() {
    for (long seed = 1; seed <= 50; seed++) {
      Random random = new Random(seed);
      ReplayWindow small = new ReplayWindow(64 * (1 + random.nextInt(4)));
      Map<String, ChargeId> used = new HashMap<>();
      long clock = NOW;
      for (int i = 0; i < 3000; i++) {
        // Mostly forward, now and then far away in either direction.
        clock += random.nextInt(20) == 0 ? random.nextInt(-2000, 2000) : random.nextInt(3);
        long n = random.nextInt(400);
        long issued = NOW + n;
        if (clock < issued - 60 || clock >= issued + 120) {
          continue; // Nobody asks about a proof that is not good by the clock.
        }
        Hop hop = HOPS.get(random.nextInt(3));
        ChargeId asked = random.nextInt(4) == 0 ? new ChargeId(n, n) : question();
        ProofId proof = proof("tenant-" + random.nextInt(3), n);
        if (small.see(proof, asked, hop, issued + 120, clock) == Sighting.FIRST) {
          ChargeId before = used.putIfAbsent(n + " " + hop, asked);
          assertThat(before == null || before.equals(asked))
              .as("seed %d: proof %d was used twice as %s", seed, n, hop)
              .isTrue();
          assertThat(
                  used.containsKey(n + " DIRECT")
                      && (used.containsKey(n + " AT_GATEWAY")
                          || used.containsKey(n + " BEHIND_GATEWAY")))
              .as("seed %d: proof %d was used with a gateway and without", seed, n)
              .isFalse();
        }
      }
      assertThat(small.size()).isLessThanOrEqualTo(256);
    }
  }

  @Test
  void ofManyAtOnceOneIsFirst() throws Exception {
    ReplayWindow wide = new ReplayWindow(64_000);
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        long thread = t;
        tasks.add(() -> {
          int first = 0;
          for (long n = 0; n < 5000; n++) {
            ChargeId asked = new ChargeId(thread, n);
            if (wide.see(proof(n), asked, Hop.DIRECT, UNTIL, NOW) == Sighting.FIRST) {
              first++;
            }
          }
          return first;
        });
      }
      int first = 0;
      for (Future<Integer> future : threads.invokeAll(tasks)) {
        first += future.get();
      }
      assertThat(first).isEqualTo(5000);
      assertThat(wide.size()).isEqualTo(5000);
    }
  }
}
