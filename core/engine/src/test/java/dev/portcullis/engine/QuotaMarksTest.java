// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.QuotaMark;
import dev.portcullis.engine.decision.RuleRef;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.LimitSpec;
import dev.portcullis.policy.plan.LimitSpec.LimitPhase;
import dev.portcullis.policy.plan.Mode;
import dev.portcullis.policy.plan.Sharing.OnStoreFailure;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each mark is passed by one request of each period, by the one that takes the quota past it. */
class QuotaMarksTest {
  private static final RuleRef BY = new RuleRef(Phase.QUOTAS, TestRoute.LIMITS, "daily");
  private static final Allowance.Quota TEN =
      new Allowance.Quota(10, Allowance.Period.DAY, ZoneId.of("UTC"));

  private final TestSharedQuotas shared = new TestSharedQuotas();
  private int requests;

  private static List<Integer> percents(Decision decision) {
    return decision.quotaMarks().stream().map(QuotaMark::percent).toList();
  }

  /** Which request, from 1, passes which mark; in words, so that a difference can be read. */
  private static List<String> marks(int sent, Supplier<Decision> request) {
    List<String> marks = new ArrayList<>();
    for (int i = 1; i <= sent; i++) {
      for (int percent : percents(request.get())) {
        marks.add("%d: %d".formatted(i, percent));
      }
    }
    return marks;
  }

  private PolicyEngine replica(TestRoute route) {
    PolicyEngine engine =
        new PolicyEngine(
            (_, _) -> (_, _) -> TestGate.caller("acme", "none"),
            _ -> (_, _) -> new BotScore(0, List.of()),
            new QuotaStores(new InProcessQuotaStore(1000), shared),
            GeoSource.NONE,
            AddressLists.NONE,
            true);
    assertThat(engine.replace(List.of(route.build()))).isEmpty();
    return engine;
  }

  private static TestRoute sharing() {
    return new TestRoute().authenticated(Mode.ENFORCE).sharing(OnStoreFailure.LOCAL_SHARE);
  }

  private RequestContext request() {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
        Headers.of(),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
        "r" + ++requests,
        TestGate.NOW);
  }

  @Test
  void tellsOfTheRequestsThatLeaveLittleAndNothingInEachPeriod() {
    TestGate gate = new TestGate(new TestRoute().daily("daily", 10));

    assertThat(marks(12, () -> gate.get("/"))).containsExactly("8: 80", "10: 100");
    gate.now = gate.now.plus(Duration.ofDays(1));
    assertThat(marks(12, () -> gate.get("/"))).containsExactly("8: 80", "10: 100");
  }

  @Test
  void saysWhichQuotaAndHowMuchItHolds() {
    TestGate gate = new TestGate(new TestRoute().daily("daily", 1));

    assertThat(gate.get("/").quotaMarks()).containsExactly(new QuotaMark(BY, 100, 1));
  }

  @Test
  void tellsOfEachClientsOwn() {
    TestGate gate = new TestGate(new TestRoute().authenticated(Mode.ENFORCE).daily("daily", 5));
    for (String client : List.of("acme", "globex")) {
      gate.authentication = () -> TestGate.caller(client, "none");
      assertThat(marks(6, () -> gate.get("/"))).containsExactly("4: 80", "5: 100");
    }
  }

  /** A rate is used up and full again all the time. */
  @Test
  void tellsOfNoRate() {
    TestGate gate = new TestGate(new TestRoute().rate("rate", LimitPhase.RATE, 2));

    assertThat(marks(3, () -> gate.get("/"))).isEmpty();
  }

  /** What a shadow counts is nobody's allowance. */
  @Test
  void tellsOfNoShadow() {
    TestGate gate =
        new TestGate(new TestRoute().limit("daily", LimitPhase.QUOTA, Mode.SHADOW, TEN, null));

    assertThat(marks(12, () -> gate.get("/"))).isEmpty();
  }

  @Test
  void tellsOfNothingThatMayBeGivenBack() {
    TestGate gate =
        new TestGate(new TestRoute().count(LimitSpec.Count.FAILURES).daily("daily", 10));

    assertThat(marks(12, () -> gate.get("/"))).isEmpty();
  }

  @Test
  void tellsOnceOfEachMarkWhateverRequestsCost() {
    TestGate gate =
        new TestGate(
            new TestRoute()
                .dear("daily", LimitPhase.QUOTA, TEN, "int(request.headers[\"x-size\"])"));

    assertThat(percents(gate.get("/", "x-size", "7"))).isEmpty();
    assertThat(percents(gate.get("/", "x-size", "2"))).containsExactly(80);
    Decision tooDear = gate.get("/", "x-size", "2");
    assertThat(tooDear.allowed()).isFalse();
    assertThat(tooDear.quotaMarks()).isEmpty();
    assertThat(percents(gate.get("/", "x-size", "1"))).containsExactly(100);

    gate.now = gate.now.plus(Duration.ofDays(1));
    assertThat(percents(gate.get("/", "x-size", "1"))).isEmpty();
    assertThat(percents(gate.get("/", "x-size", "9")))
        .as("past both marks at once: of the second only")
        .containsExactly(100);
  }

  /** Whatever a quota holds: 80 percent or more, by the first request of which that is true. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 4, 5, 6, 9, 10, 11, 99, 1_000})
  void countsInWholeRequests(long limit) {
    List<String> marks = new ArrayList<>();
    for (long used = 1; used <= limit; used++) {
      QuotaMark mark = QuotaMark.passed(BY, limit, limit - used, 1);
      if (mark != null) {
        marks.add("%d: %d".formatted(used, mark.percent()));
      }
    }
    long nearly = (4 * limit + 4) / 5;
    assertThat(marks)
        .isEqualTo(
            nearly == limit ? List.of(limit + ": 100") : List.of(nearly + ": 80", limit + ": 100"));
  }

  @Test
  void isToldByOneRequestOfManyAtOnce() throws Exception {
    TestGate gate = new TestGate(new TestRoute().daily("daily", 1_000));
    Queue<Integer> marks = new ConcurrentLinkedQueue<>();
    List<Thread> clients =
        IntStream.range(0, 8)
            .mapToObj(client ->
                Thread.ofPlatform()
                    .start(() -> {
                      for (int i = 0; i < 150; i++) {
                        marks.addAll(percents(gate.ask("c" + client + "-" + i, "GET", "/")));
                      }
                    }))
            .toList();
    join(clients);

    assertThat(marks).containsExactlyInAnyOrder(80, 100);
  }

  private static void join(Collection<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
    }
  }

  /** Replicas that count together tell once together. */
  @Test
  void isToldByOneReplica() {
    TestRoute route = sharing().daily("daily", 10);
    PolicyEngine one = replica(route);
    PolicyEngine other = replica(route);

    assertThat(marks(12, () -> (requests % 2 == 0 ? one : other).decide(TestRoute.ID, request())))
        .containsExactly("8: 80", "10: 100");
  }

  /** The store takes back what does not pass after all, so nobody has used it. */
  @Test
  void isNotToldOfAChargeThatIsTakenBack() {
    PolicyEngine engine = replica(sharing().daily("daily", 2).sharing(null).daily("own", 1));
    Suspended first = (Suspended) engine.begin(TestRoute.ID, request());
    Suspended second = (Suspended) engine.begin(TestRoute.ID, request());
    Objects.requireNonNull(first.inquiry()).ask();
    Objects.requireNonNull(second.inquiry()).ask();

    assertThat(((Decision) first.resume()).quotaMarks())
        .extracting(mark -> mark.by().rule())
        .containsExactly("own");
    Decision refused = (Decision) second.resume();
    assertThat(refused.allowed()).isFalse();
    assertThat(shared.refunded).hasSize(1);
    assertThat(refused.quotaMarks()).isEmpty();
  }

  /** A share of a quota is used up before the quota is. */
  @Test
  void isToldOfItsShareWithoutTheStore() {
    PolicyEngine engine = replica(sharing().daily("daily", 10));
    shared.away = true;
    shared.replicas = 2;

    assertThat(marks(6, () -> engine.decide(TestRoute.ID, request())))
        .containsExactly("4: 80", "5: 100");
  }
}
