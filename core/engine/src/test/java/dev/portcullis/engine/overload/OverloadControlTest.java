// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.OverloadSpec;
import dev.portcullis.policy.plan.PolicyRef;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OverloadControlTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int FREE = 0;
  private static final int SILVER = 1;
  private static final int GOLD = 2;
  private static final List<String> PLANS = List.of("gold", "silver");

  /** With it, the clients that tests tell apart have voices of their own. */
  private static final long SECRET = 1;

  private static final Duration GUARDS = Duration.ofSeconds(2);

  private final OverloadControl control = control(10);
  private long now = 1_795_000_000L * SECOND;

  private static OverloadControl control(int floor) {
    return new OverloadControl(spec(Mode.ENFORCE, floor, PLANS), GUARDS, SECRET);
  }

  private static OverloadSpec spec(Mode mode, int floor, List<String> plans) {
    return new OverloadSpec(
        new PolicyRef("RateLimitPolicy", "shop", "orders"),
        mode,
        Duration.ofMillis(100),
        10,
        floor,
        Duration.ofSeconds(1),
        plans);
  }

  @Test
  void knowsClassesByTheirPlans() {
    assertThat(control.priority("gold")).isEqualTo(GOLD);
    assertThat(control.priority("silver")).isEqualTo(SILVER);
    assertThat(control.priority("free")).isEqualTo(FREE);
    assertThat(control.priority(null)).isEqualTo(FREE);
    assertThat(control.state(now).plan(GOLD)).isEqualTo("gold");
    assertThat(control.state(now).plan(SILVER)).isEqualTo("silver");
    assertThat(control.state(now).plan(FREE)).isEqualTo("-");
  }

  @Test
  void admitsAllUntilItHearsOfAnOverload() {
    for (int i = 0; i < 10; i++) {
      assertThat(ask(FREE, 100)).isEqualTo(100);
      tell(FREE, 10, false);
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void takesAFifthOfTheLoadFromTheLowestPlanAndGivesATwentiethBack() {
    ask(FREE, 100);
    ask(SILVER, 50);
    ask(GOLD, 50);
    tell(GOLD, 10, true);
    next();
    // 40 of 200 requests, all of them from 100 of the lowest plan.
    assertThat(admitted()).containsExactly(600, 1000, 1000);

    ask(FREE, 100);
    ask(SILVER, 50);
    ask(GOLD, 50);
    tell(GOLD, 10, false);
    next();
    assertThat(admitted()).containsExactly(700, 1000, 1000);
  }

  @Test
  void takesFromTheNextPlanOnceTheLowestIsAtItsFloorAndGivesThatBackFirst() {
    for (int i = 0; i < 5; i++) {
      load();
      tell(GOLD, 10, true);
      next();
    }
    assertThat(admitted().get(FREE)).isEqualTo(100);
    assertThat(admitted().get(SILVER)).isBetween(100, 999);
    assertThat(admitted().get(GOLD)).isEqualTo(1000);
    for (int i = 0; i < 60; i++) {
      load();
      tell(GOLD, 10, true);
      next();
    }
    assertThat(admitted()).containsExactly(100, 100, 100);

    int rounds = 0;
    while (admitted().get(FREE) < 1000) {
      List<Integer> before = admitted();
      load();
      tell(GOLD, 10, false);
      next();
      assertThat(before.get(SILVER) == 100 || admitted().get(GOLD) == 1000).isTrue();
      assertThat(before.get(FREE) == 100 || admitted().get(SILVER) == 1000).isTrue();
      rounds++;
    }
    // 18 for the best plan, 9 and 6 for the others, of whose load and those above a part is given.
    assertThat(rounds).isBetween(30, 36);
  }

  @Test
  void admitsAllAgainWhenNobodyTellsAnything() {
    for (int i = 0; i < 65; i++) {
      load();
      tell(GOLD, 10, true);
      next();
    }
    for (int i = 0; i < 20; i++) {
      load();
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);

    // The same when nobody comes either, looked at once at the end.
    OverloadControl other = control(10);
    for (int i = 0; i < 65; i++) {
      ask(other, GOLD, 100);
      tell(other, GOLD, 10, true);
      next();
    }
    assertThat(other.state(now).admitted()).containsExactly(100, 100, 100);
    assertThat(other.state(now + 21 * SECOND).admitted()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void keepsItsBoundsAndItsOrderWhateverItIsTold() {
    Random random = new Random(46);
    for (int round = 0; round < 300; round++) {
      int floor = 1 + random.nextInt(100);
      OverloadControl any = control(floor);
      for (int period = 0; period < 60; period++) {
        for (int priority = 0; priority < 3; priority++) {
          ask(any, priority, random.nextInt(3) == 0 ? 0 : random.nextInt(300));
          int reports = random.nextInt(30);
          for (int i = 0; i < reports; i++) {
            any.hear(
                report(
                    priority,
                    random.nextInt(LoadMark.NUMBERS),
                    random.nextBoolean(),
                    now - random.nextInt()),
                now);
          }
        }
        now += random.nextLong(3 * SECOND) - SECOND / 4;
        List<Integer> admitted = any.state(now).admitted();
        assertThat(admitted).isSorted();
        assertThat(admitted).allSatisfy(share -> assertThat(share).isBetween(floor * 10, 1000));
      }
    }
  }

  @Test
  void takesNothingFromAPlanOnTheWordOfLowerOnes() {
    Random random = new Random(47);
    for (int i = 0; i < 200; i++) {
      ask(FREE, random.nextInt(2000));
      ask(SILVER, random.nextInt(100));
      ask(GOLD, random.nextInt(100));
      tell(FREE, 200, true);
      tell(SILVER, 10, false);
      tell(GOLD, 10, false);
      next();
      assertThat(admitted().get(SILVER)).isEqualTo(1000);
      assertThat(admitted().get(GOLD)).isEqualTo(1000);
    }
    assertThat(admitted().get(FREE)).isLessThan(1000);
  }

  @Test
  void leavesAPlanAtItsFloorWhileItFaresBadly() {
    for (int i = 0; i < 40; i++) {
      ask(FREE, 100);
      ask(GOLD, 10);
      tell(FREE, 20, true);
      tell(GOLD, 10, false);
      next();
      if (i > 20) {
        assertThat(admitted()).containsExactly(100, 1000, 1000);
      }
    }
    for (int i = 0; i < 20; i++) {
      ask(FREE, 100);
      ask(GOLD, 10);
      tell(FREE, 20, false);
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void takesNothingOnTheWordOfOneClientWhileAnotherIsServedWell() {
    for (int i = 0; i < 100; i++) {
      ask(FREE, 1000);
      for (int report = 0; report < 500; report++) {
        control.hear(report(FREE, 7, true, now), now);
      }
      control.hear(report(FREE, 8, false, now), now);
      next();
      assertThat(admitted()).containsExactly(1000, 1000, 1000);
    }
  }

  @Test
  void hearsAClientThatCallsAloneAndForgetsItWhenAnotherComes() {
    for (int i = 0; i < 10; i++) {
      ask(FREE, 100);
      for (int report = 0; report < 50; report++) {
        control.hear(report(FREE, 7, true, now), now);
      }
      next();
    }
    assertThat(admitted().get(FREE)).isLessThan(200);
    for (int i = 0; i < 20; i++) {
      ask(FREE, 100);
      for (int report = 0; report < 50; report++) {
        control.hear(report(FREE, 7, true, now), now);
      }
      control.hear(report(FREE, 8, false, now), now);
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void toleratesWhatIsTolerated() {
    for (int client = 0; client < 20; client++) {
      for (int i = 0; i < 10; i++) {
        control.hear(report(FREE, client, i == 0, now), now);
      }
    }
    ask(FREE, 100);
    next();
    assertThat(admitted().get(FREE)).isEqualTo(1000);
    for (int client = 0; client < 20; client++) {
      for (int i = 0; i < 10; i++) {
        control.hear(report(FREE, client, i < 2, now), now);
      }
    }
    ask(FREE, 100);
    next();
    assertThat(admitted().get(FREE)).isEqualTo(800);
  }

  @Test
  void callsSlowWhatTakesLongerThanItsTarget() {
    ask(FREE, 100);
    for (int client = 0; client < 20; client++) {
      control.hear(
          new LoadReport(mark(FREE, client), true, false, SECOND / 10, now - SECOND / 10), now);
    }
    next();
    assertThat(admitted().get(FREE)).isEqualTo(1000);
    ask(FREE, 100);
    for (int client = 0; client < 20; client++) {
      control.hear(
          new LoadReport(mark(FREE, client), true, false, SECOND / 10 + 1, now - SECOND / 10), now);
    }
    next();
    assertThat(admitted().get(FREE)).isEqualTo(800);
  }

  @Test
  void makesOneDecreaseForOneCongestion() {
    load();
    tell(GOLD, 10, true);
    long begun = now;
    next();
    List<Integer> once = admitted();
    for (int i = 0; i < 10; i++) {
      load();
      for (int client = 0; client < 10; client++) {
        control.hear(report(GOLD, client, true, begun), now);
      }
      next();
      assertThat(admitted()).isEqualTo(once);
    }
    // What hangs for so long is nobody's who still waits.
    for (int i = 0; i < 15; i++) {
      load();
      for (int client = 0; client < 10; client++) {
        control.hear(report(GOLD, client, true, begun), now);
      }
      next();
    }
    assertThat(admitted().get(FREE)).isGreaterThan(once.get(FREE));
    once = admitted();
    // One that began since and hangs is another one.
    load();
    tell(GOLD, 10, true);
    next();
    assertThat(admitted().get(FREE)).isLessThan(once.get(FREE));
  }

  @Test
  void passesOfEachThousandAsManyAsItsShareAndNeverLeavesOneWaitingForLong() {
    for (int i = 0; i < 3; i++) {
      load();
      tell(GOLD, 10, true);
      next();
    }
    for (int round = 0; round < 20; round++) {
      int share = admitted().get(FREE);
      int longest = 0;
      int waiting = 0;
      int passed = 0;
      for (int i = 0; i < 1000; i++) {
        if (control.admit(FREE, now)) {
          waiting = 0;
          passed++;
        } else {
          longest = Math.max(longest, ++waiting);
        }
      }
      // A thousand that begins in the middle of a piece has one more or less.
      assertThat(passed).isBetween(share - 1, share + 1);
      assertThat(longest).isLessThanOrEqualTo(2 * (1000 / share + 1));
    }
  }

  /** Else who sends every second request would always be the one, or never. */
  @Test
  void nobodyCanTellWhichRequestPasses() {
    ask(FREE, 1000);
    ask(GOLD, 1500);
    tell(GOLD, 30, true);
    next();
    assertThat(admitted().get(FREE)).isEqualTo(500);
    int first = 0;
    for (int i = 0; i < 500; i++) {
      first += control.admit(FREE, now) ? 1 : 0;
      control.admit(FREE, now);
    }
    assertThat(first).isBetween(150, 350);
  }

  @Test
  void asksToBeToldOfAllAndOfManyOfSome() {
    assertThat(told(FREE, 100)).isEqualTo(100);
    told(FREE, 100_000);
    next();
    assertThat(told(FREE, 100_000)).isBetween(500, 600);
    assertThat(told(GOLD, 100)).isEqualTo(100);
  }

  /** What a limit refuses does not reach the service, and says nothing about it. */
  @Test
  void asksToBeToldOfAllThatReachTheServiceHoweverManyAsk() {
    for (int i = 0; i < 3; i++) {
      askBeyondALimit(FREE, 100_000, 0);
      assertThat(told(FREE, 100)).isEqualTo(100);
      next();
    }
  }

  @Test
  void aLowerPlansVolumeMakesNoStepOfAHigherOneLonger() {
    for (int i = 0; i < 20; i++) {
      ask(FREE, 10_000);
      tell(FREE, 30, true);
      next();
    }
    assertThat(admitted()).containsExactly(100, 1000, 1000);

    ask(FREE, 10_000);
    ask(GOLD, 100);
    tell(GOLD, 30, true);
    next();
    assertThat(admitted().get(GOLD)).isEqualTo(800);

    ask(FREE, 10_000);
    ask(GOLD, 100);
    tell(GOLD, 30, false);
    tell(FREE, 30, false);
    next();
    assertThat(admitted().get(GOLD)).isEqualTo(850);
  }

  /** One that runs into its limit is no load, whatever it asks for. */
  @Test
  void whatALimitRefusesMakesNoStepLonger() {
    askBeyondALimit(GOLD, 10_000, 100);
    ask(FREE, 100);
    tell(GOLD, 30, true);
    next();
    assertThat(admitted()).containsExactly(600, 1000, 1000);

    askBeyondALimit(GOLD, 10_000, 100);
    ask(FREE, 100);
    tell(GOLD, 30, false);
    next();
    assertThat(admitted()).containsExactly(700, 1000, 1000);

    // Of those that gave way, a limit would have refused as many.
    askBeyondALimit(FREE, 1_000, 70);
    ask(GOLD, 100);
    tell(GOLD, 30, true);
    next();
    // A fifth of 70 and 100, of the 100 that would have gone.
    assertThat(admitted().getFirst()).isEqualTo(700 - 340);
  }

  @Test
  void hearsAHigherPlanAmongManyOfLowerOnesThatAreServedWell() {
    ask(FREE, 1000);
    ask(GOLD, 100);
    tell(FREE, 200, false);
    tell(GOLD, 10, true);
    next();
    assertThat(admitted().get(FREE)).isLessThan(1000);

    // One client alone is none too many, of whichever plan.
    for (int i = 0; i < 20; i++) {
      ask(FREE, 1000);
      ask(GOLD, 100);
      tell(FREE, 200, false);
      for (int report = 0; report < 50; report++) {
        control.hear(report(GOLD, 7, true, now), now);
      }
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void takesNothingForTwoSlowRequestsOfAFew() {
    for (int i = 0; i < 20; i++) {
      ask(FREE, 10);
      for (int client = 0; client < 10; client++) {
        control.hear(report(FREE, client, client < 2, now), now);
      }
      next();
      assertThat(admitted()).containsExactly(1000, 1000, 1000);
    }
    ask(FREE, 10);
    tell(FREE, 10, true);
    next();
    assertThat(admitted().get(FREE)).isEqualTo(800);
  }

  @Test
  void aPlanThatNobodyCalledWithComesBackStepByStepToo() {
    for (int i = 0; i < 65; i++) {
      load();
      tell(GOLD, 30, true);
      next();
    }
    assertThat(admitted()).containsExactly(100, 100, 100);
    ask(FREE, 100);
    tell(FREE, 30, false);
    next();
    assertThat(admitted()).containsExactly(150, 150, 150);
  }

  @Test
  void anEditOfNumbersKeepsWhatItLearnt() {
    for (int i = 0; i < 3; i++) {
      load();
      tell(GOLD, 30, true);
      next();
    }
    List<Integer> before = admitted();
    assertThat(before.get(FREE)).isEqualTo(100);
    assertThat(before.get(SILVER)).isLessThan(1000);

    assertThat(control.edited(spec(Mode.ENFORCE, 10, PLANS), GUARDS)).isSameAs(control);
    OverloadControl edited = control.edited(spec(Mode.ENFORCE, 30, PLANS), GUARDS);
    assertThat(edited.state(now).admitted()).containsExactly(300, before.get(SILVER), 1000);
    // What was under way before the decrease is from before it still.
    ask(edited, SILVER, 100);
    for (int client = 0; client < 20; client++) {
      edited.hear(report(GOLD, client, true, now - 60 * SECOND), now);
    }
    assertThat(edited.state(now + SECOND).admitted())
        .containsExactly(300, before.get(SILVER), 1000);
    assertThat(control.edited(spec(Mode.SHADOW, 10, PLANS), GUARDS).state(now).admitted())
        .containsExactly(1000, 1000, 1000);
    assertThat(
            control.edited(spec(Mode.ENFORCE, 10, List.of("gold")), GUARDS).state(now).admitted())
        .containsExactly(1000, 1000);
  }

  @Test
  void anEditForgetsNothingThatWasTold() {
    load();
    tell(GOLD, 30, true);
    OverloadControl edited = control.edited(spec(Mode.ENFORCE, 30, PLANS), GUARDS);
    ask(edited, FREE, 100);
    ask(edited, GOLD, 100);
    assertThat(edited.state(now + SECOND).admitted()).containsExactly(600, 1000, 1000);
  }

  /** The number of a class means another plan after an edit. */
  @Test
  void forgetsReportsOfOtherPlans() {
    int others = LoadMark.number(List.of("silver", "gold"));
    control.hear(new LoadReport(new LoadMark(others, GOLD, 1), true, true, 0, now), now);
    assertThat(control.state(now).reports()).isZero();
    assertThat(control.mark(GOLD, 1).plans())
        .isEqualTo(LoadMark.number(PLANS))
        .isNotEqualTo(others);
  }

  @Test
  void findsWhatTheServiceCanDoAndServesTheBestPlanWhole() {
    Random random = new Random(48);
    int capacity = 100;
    int gold = 40;
    int free = 260;
    long served = 0;
    for (int period = 0; period < 300; period++) {
      int passedGold = ask(GOLD, gold);
      int passedFree = ask(FREE, free);
      int passed = passedGold + passedFree;
      for (int i = 0; i < 100; i++) {
        int priority = i % 5 < 2 ? GOLD : FREE;
        // Beyond what it can do, all become slow alike.
        boolean slow = passed > capacity && random.nextInt(passed) > capacity / 2;
        control.hear(report(priority, random.nextInt(50), slow, now), now);
      }
      if (period >= 100) {
        assertThat(passedGold).isEqualTo(gold);
        assertThat(passed).isBetween(65, 130);
        served += passed;
      }
      next();
    }
    assertThat(served / 200).isBetween(85L, 110L);
  }

  /** A check may wait for a signature, or for a store. */
  @Test
  void forgetsNothingForARequestThatWaited() {
    ask(FREE, 1);
    for (int i = 0; i < 10; i++) {
      control.hear(report(FREE, i, true, now), now);
      assertThat(control.admit(FREE, now - 5 * SECOND)).isTrue();
    }
    next();
    assertThat(admitted().get(FREE)).isEqualTo(800);
  }

  @Test
  void goesOnWhenTheClockIsSetBack() {
    load();
    tell(GOLD, 10, true);
    next();
    List<Integer> before = admitted();
    now -= 3600 * SECOND;
    assertThat(before.get(FREE)).isLessThan(1000);
    assertThat(admitted()).isEqualTo(before);
    for (int i = 0; i < 20; i++) {
      load();
      tell(GOLD, 10, false);
      next();
    }
    assertThat(admitted()).containsExactly(1000, 1000, 1000);
    load();
    tell(GOLD, 10, true);
    next();
    assertThat(admitted().get(FREE)).isLessThan(1000);
  }

  @Test
  void takesWhatHasNoAnswerForSlowWhenItIs() {
    for (int i = 0; i < 2; i++) {
      ask(FREE, 100);
      for (int client = 0; client < 20; client++) {
        control.hear(new LoadReport(mark(FREE, client), false, false, SECOND / 10 + i, now), now);
      }
      next();
      assertThat(admitted().get(FREE)).isEqualTo(i == 0 ? 1000 : 800);
    }
    assertThat(control.state(now).reports()).isEqualTo(20);
  }

  /** Behind a gateway: clients who give up must not be needed to wait for longer. */
  @Test
  void takesWhatASidecarMayKeepOffTheTimeOfWhatHasNoAnswer() {
    for (int i = 0; i < 2; i++) {
      ask(FREE, 100);
      for (int client = 0; client < 20; client++) {
        long took = GUARDS.toNanos() + SECOND / 10 + i;
        control.hear(new LoadReport(mark(FREE, client), false, false, took, now, true), now);
      }
      next();
      assertThat(admitted().get(FREE)).isEqualTo(i == 0 ? 1000 : 800);
    }
    OverloadControl edited = control.edited(spec(Mode.ENFORCE, 10, PLANS), GUARDS.plusSeconds(1));
    assertThat(edited).isNotSameAs(control);
    assertThat(edited.state(now).admitted().get(FREE)).isEqualTo(800);
  }

  @Test
  void forgetsReportsOfAClassThatIsNot() {
    control.hear(report(3, 1, true, now), now);
    assertThat(control.state(now).reports()).isZero();
    tell(GOLD, 3, true);
    assertThat(control.state(now).reports()).isEqualTo(3);
  }

  private void load() {
    ask(FREE, 100);
    ask(SILVER, 100);
    ask(GOLD, 100);
  }

  private int ask(int priority, int requests) {
    return ask(control, priority, requests);
  }

  private int ask(OverloadControl asked, int priority, int requests) {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      if (asked.admit(priority, now)) {
        var _ = asked.send(priority);
        passed++;
      }
    }
    return passed;
  }

  /** Of so many requests a limit refuses all but some. */
  private void askBeyondALimit(int priority, int requests, int limit) {
    int sent = 0;
    for (int i = 0; i < requests; i++) {
      if (control.admit(priority, now) && sent < limit) {
        var _ = control.send(priority);
        sent++;
      }
    }
  }

  private int told(int priority, int requests) {
    int told = 0;
    for (int i = 0; i < requests; i++) {
      told += control.admit(priority, now) && control.send(priority) ? 1 : 0;
    }
    return told;
  }

  private void tell(int priority, int clients, boolean bad) {
    tell(control, priority, clients, bad);
  }

  private void tell(OverloadControl told, int priority, int clients, boolean bad) {
    for (int client = 0; client < clients; client++) {
      told.hear(report(priority, client, bad, now), now);
    }
  }

  private static LoadReport report(int priority, int client, boolean bad, long begun) {
    return new LoadReport(mark(priority, client), true, bad, 0, begun);
  }

  private static LoadMark mark(int priority, int client) {
    return new LoadMark(LoadMark.number(PLANS), priority, client);
  }

  private void next() {
    now += SECOND;
  }

  private List<Integer> admitted() {
    return control.state(now).admitted();
  }
}
