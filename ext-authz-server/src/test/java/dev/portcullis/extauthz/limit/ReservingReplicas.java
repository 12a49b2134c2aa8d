// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.AddressLists;
import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.engine.port.QuotaStores;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.engine.request.Headers;
import dev.portcullis.engine.request.Peer;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.engine.request.RequestLine;
import dev.portcullis.extauthz.Plans;
import dev.portcullis.extauthz.limit.PartitionedReplicas.By;
import dev.portcullis.extauthz.limit.PartitionedReplicas.Faults;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.LimitSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/*
 * As PartitionedReplicas, for charges that wait for the ends of their requests: there are Envoys, in
 * which requests go on, and each tells one replica of them, every five seconds and at the end. The
 * store is that of a process, by the server's clock; that a server counts as a process does,
 * StoredReservationsIT shows.
 *
 * Ends and renewals travel to the store: they arrive a little later, or die with their connection.
 */
/** Replicas, Envoys, the store that replicas share, and networks that break. */
final class ReservingReplicas {
  private static final String ROUTE = "shop/orders";
  private static final int ENVOYS = 2;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long TELLS = 5 * SECOND;
  private static final long TRAVELS = SECOND;
  private static final long PATIENCE = 5 * SECOND;
  private static final long START = Instant.parse("2026-11-21T12:00:00Z").getEpochSecond() * SECOND;

  private final Random random;
  private final Faults faults;
  private final LimitSpec limit;
  private final List<Replica> replicas = new ArrayList<>();
  private final int[] tells = new int[ENVOYS];
  private final List<Pending> pending = new ArrayList<>();
  private final List<Message> messages = new ArrayList<>();
  private final List<Request> running = new ArrayList<>();
  private final List<Request> ended = new ArrayList<>();
  private InProcessQuotaStore store = new InProcessQuotaStore(1000);
  private boolean storeIsThere = true;
  // Nothing breaks any more.
  private boolean calm;
  private final List<Long> emptied = new ArrayList<>();
  private long now = START;
  private long numbers;

  /** A request that passed. */
  static final class Request {
    private final Decision decision;
    private final By by;
    private final Replica decider;
    private final int share;
    private final int envoy;
    private final int life;
    private final long charged;
    private long heard;
    private long told;
    private boolean givenBack;

    private Request(
        Decision decision, Replica decider, int envoy, int life, long charged, long now) {
      this.decision = decision;
      this.by = By.of(decision);
      this.decider = decider;
      this.share = decider.known;
      this.envoy = envoy;
      this.life = life;
      this.charged = charged;
      this.heard = charged;
      this.told = now;
    }

    By by() {
      return by;
    }

    /** The process that decided it. */
    long process() {
      return decider.process;
    }

    /** By how many that one divided the limit. */
    int replicas() {
      return share;
    }

    /** How often the store had forgotten everything when it charged this. */
    int life() {
      return life;
    }

    /** When it was charged. */
    long charged() {
      return charged;
    }

    /** When who counts it heard of it last. */
    long heard() {
      return heard;
    }

    /** Whether who counts it heard that it succeeded. */
    boolean givenBack() {
      return givenBack;
    }
  }

  /** What a replica tells the store; without an end, that the request goes on. */
  private record Message(
      Replica from,
      Reservation charge,
      boolean over,
      boolean successful,
      @Nullable Request of,
      long sent) {}

  private static final class Pending {
    private final Replica replica;
    private final Suspended suspended;
    private final int envoy;
    private final long received;
    private boolean asked;
    private long charged;
    private int life;

    Pending(Replica replica, Suspended suspended, int envoy, long received) {
      this.replica = replica;
      this.suspended = suspended;
      this.envoy = envoy;
      this.received = received;
    }
  }

  /** A process that decides; one that was started anew is another. */
  private final class Replica implements SharedQuotas {
    private final long process = ++numbers;
    private final long skew;
    private final InProcessQuotaStore own = new InProcessQuotaStore(1000);
    private final PolicyEngine engine;
    private boolean connected = storeIsThere;
    private int known;
    // Of whom it hears now.
    private @Nullable Request of;

    Replica(int replicas, long skew) {
      this.skew = skew;
      this.known = connected ? replicas : 1;
      this.engine =
          new PolicyEngine(
              (_, _) -> {
                throw new AssertionError("nobody authenticates");
              },
              _ -> (_, _) -> new BotScore(0, List.of()),
              new QuotaStores(own, this),
              GeoSource.NONE,
              AddressLists.NONE,
              true);
      Map<?, String> refused = engine.replace(List.of(Plans.limited(ROUTE, limit)));
      if (!refused.isEmpty()) {
        throw new AssertionError(refused);
      }
    }

    void connect(boolean connected) {
      if (this.connected && !connected) {
        messages.removeIf(message -> message.from == this);
      }
      this.connected = connected;
      known = connected ? replicas.size() : known;
    }

    @Override
    public @Nullable String absence() {
      return connected ? null : "it is away";
    }

    // There is one limit.
    @Override
    public boolean countsTogether() {
      return false;
    }

    @Override
    public @Nullable QuotaState knownRefusal(QuotaLine line) {
      return null;
    }

    @Override
    public Answer.@Nullable Counted spend(List<Charge> charges) {
      return null;
    }

    @Override
    public Answer charge(List<Charge> charges, long at) {
      Charge charge = charges.getFirst();
      boolean unsure = !calm && faults.compareTo(Faults.STORE) >= 0 && random.nextInt(10) == 0;
      if (!connected || (unsure && random.nextBoolean())) {
        return new Answer.Unavailable("it was not asked");
      }
      List<QuotaState> states = store.charge(charge.id(), charge.charged(), now);
      return unsure
          ? new Answer.Unavailable("it did not answer")
          : new Answer.Counted(List.of(new Standing(List.of(), states)));
    }

    @Override
    public void refund(Charge charge, long at) {
      throw new AssertionError("no limit here is a process' own");
    }

    @Override
    public void settle(Reservation charge, boolean successful, long at) {
      send(charge, true, successful);
    }

    @Override
    public void renew(Reservation charge, long at) {
      send(charge, false, false);
    }

    private void send(Reservation charge, boolean over, boolean successful) {
      if (connected) {
        messages.add(new Message(this, charge, over, successful, of, now));
      }
    }

    /** As Endings has it: what another process counted alone it knows nothing of. */
    void hear(Request request, boolean over, boolean successful) {
      of = request;
      for (Reservation charge : request.decision.reservations()) {
        if (!charge.policies().isEmpty()) {
          if (over) {
            settle(charge, successful, now + skew);
          } else {
            renew(charge, now + skew);
          }
        } else if (request.decider == this) {
          request.heard = now;
          if (!over) {
            own.renew(charge.id(), now + skew);
          } else if (own.settle(charge.id(), successful, now + skew)) {
            request.givenBack = successful;
          }
        }
      }
      of = null;
    }

    void unanswered(List<Reservation> charges) {
      for (Reservation charge : charges) {
        if (charge.policies().isEmpty()) {
          var _ = own.settle(charge.id(), false, now + skew);
        } else {
          settle(charge, false, now + skew);
        }
      }
    }

    @Override
    public void uncounted() {}

    @Override
    public int replicas() {
      return known;
    }
  }

  /** Nothing has happened yet. */
  ReservingReplicas(long seed, int count, LimitSpec limit, Faults faults) {
    this.random = new Random(seed);
    this.limit = limit;
    this.faults = faults;
    for (int i = 0; i < count; i++) {
      replicas.add(new Replica(count, random.nextLong(-600_000, 600_000) * MILLI));
    }
  }

  /** Lets one thing happen. */
  void live() {
    if (!storeIsThere && random.nextInt(30) == 0) {
      comeBack();
    }
    int next = random.nextInt(100);
    if (next < 20) {
      request(random.nextInt(replicas.size()));
    } else if (next < 64) {
      goOn(any(pending));
    } else if (next < 76) {
      end(any(running));
    } else if (next < 95) {
      pass(duration());
    } else {
      fail(random.nextInt(8));
    }
  }

  /**
   * All that is under way ends, somehow, nothing breaks any more, and after a while nobody waits
   * for anything.
   */
  void rest() {
    calm = true;
    while (!pending.isEmpty()) {
      goOn(pending.getFirst());
    }
    while (!running.isEmpty()) {
      end(running.getFirst());
    }
    comeBack();
    replicas.forEach(each -> each.connect(true));
    pass(Reservation.LEASE.toNanos() + 2 * TRAVELS);
  }

  /** How many of so many requests the store lets pass at once, when nothing breaks. */
  int admittedAtOnce(int requests) {
    int before = running.size();
    for (int i = 0; i < requests; i++) {
      Replica replica = replicas.get(i % replicas.size());
      switch (replica.engine.begin(ROUTE, context(replica))) {
        case Suspended suspended -> {
          Pending check = new Pending(replica, suspended, 0, now);
          check.asked = true;
          check.charged = now;
          check.life = emptied.size();
          Objects.requireNonNull(suspended.inquiry()).ask();
          settle(check, (Decision) suspended.resume());
        }
        case Decision decision -> throw new AssertionError("it did not ask: " + decision);
      }
    }
    return running.size() - before;
  }

  private <T> @Nullable T any(List<T> of) {
    return of.isEmpty() ? null : of.get(random.nextInt(of.size()));
  }

  private long duration() {
    return MILLI
        * switch (random.nextInt(20)) {
          case 0 -> random.nextLong(20_000);
          case 1, 2, 3 -> random.nextLong(1_000);
          default -> random.nextLong(40);
        };
  }

  /** Time goes by; Envoys tell of what goes on, and what travels arrives. */
  private void pass(long nanos) {
    long until = now + nanos;
    while (true) {
      long next = until;
      for (Request request : running) {
        next = Math.min(next, request.told + TELLS);
      }
      for (Message message : messages) {
        next = Math.min(next, message.sent + TRAVELS);
      }
      for (Pending check : pending) {
        next = Math.min(next, check.received + PATIENCE);
      }
      now = Math.max(now, next);
      for (Request request : List.copyOf(running)) {
        if (now >= request.told + TELLS) {
          request.told = now;
          replicas.get(tells[request.envoy]).hear(request, false, false);
        }
      }
      for (Message message : List.copyOf(messages)) {
        if (now >= message.sent + TRAVELS || random.nextInt(4) == 0) {
          messages.remove(message);
          deliver(message);
        }
      }
      for (Pending check : List.copyOf(pending)) {
        if (now - check.received >= PATIENCE) {
          giveUp(check);
        }
      }
      if (next == until) {
        return;
      }
    }
  }

  private void deliver(Message message) {
    Request of = message.of;
    boolean known = of == null || of.life == emptied.size();
    if (!message.over) {
      store.renew(message.charge.id(), now);
      // What was given up stays so.
      if (of != null && known && now - of.heard < Reservation.LEASE.toNanos()) {
        of.heard = now;
      }
    } else if (store.settle(message.charge.id(), message.successful, now) && of != null && known) {
      of.givenBack = message.successful;
    }
  }

  private RequestContext context(Replica replica) {
    return new RequestContext(
        new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
        Headers.of(),
        new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
        "r" + ++numbers,
        Instant.EPOCH.plusNanos(now + replica.skew));
  }

  private void request(int which) {
    Replica replica = replicas.get(which);
    int envoy = random.nextInt(ENVOYS);
    switch (replica.engine.begin(ROUTE, context(replica))) {
      case Suspended suspended -> pending.add(new Pending(replica, suspended, envoy, now));
      case Decision decision -> settle(replica, decision, envoy, emptied.size(), now);
    }
  }

  private void goOn(@Nullable Pending check) {
    if (check == null) {
      return;
    }
    boolean strange = faults.compareTo(Faults.STORE) >= 0 && random.nextInt(10) == 0;
    if (strange && random.nextBoolean()) {
      giveUp(check);
    } else if (strange) {
      settle(check, check.suspended.refuse("no place"));
    } else if (check.asked) {
      settle(check, (Decision) check.suspended.resume());
    } else {
      Objects.requireNonNull(check.suspended.inquiry()).ask();
      check.asked = true;
      check.charged = now;
      check.life = emptied.size();
    }
  }

  /** The client has gone away, or Envoy does not wait any more. */
  private void giveUp(Pending check) {
    pending.remove(check);
    check.replica.unanswered(check.suspended.abandon());
  }

  private void settle(Pending check, Decision decision) {
    pending.remove(check);
    By by = decision.allowed() ? By.of(decision) : By.STORE;
    settle(
        check.replica,
        decision,
        check.envoy,
        check.life,
        by == By.STORE && check.asked ? check.charged : check.received);
  }

  private void settle(Replica replica, Decision decision, int envoy, int in, long charged) {
    if (decision.allowed()) {
      running.add(new Request(decision, replica, envoy, in, charged, now));
    }
  }

  private void end(@Nullable Request request) {
    if (request == null) {
      return;
    }
    running.remove(request);
    ended.add(request);
    // An Envoy may die with all that it would have told.
    if (faults == Faults.NONE || random.nextInt(10) > 0) {
      replicas.get(tells[request.envoy]).hear(request, true, random.nextBoolean());
    }
  }

  private void fail(int what) {
    int which = random.nextInt(replicas.size());
    Replica replica = replicas.get(which);
    switch (what) {
      case 0 -> {
        if (faults != Faults.NONE) {
          pending.removeIf(check -> check.replica == replica);
          messages.removeIf(message -> message.from == replica);
          replica.connected = false;
          replicas.set(which, new Replica(replicas.size(), replica.skew));
        }
      }
      // Each stream ends after some minutes, and the next may be another's.
      case 1 -> tells[random.nextInt(ENVOYS)] = which;
      case 2, 3 -> {
        // Connections come back sooner than they break.
        if (faults.compareTo(Faults.STORE) >= 0 && storeIsThere) {
          replica.connect(!replica.connected || what == 3);
        }
      }
      case 4 -> {
        if (faults.compareTo(Faults.STORE) >= 0) {
          storeIsThere = false;
          replicas.forEach(each -> each.connect(false));
        }
      }
      default -> {
        // This time nothing does.
      }
    }
  }

  private void comeBack() {
    if (!storeIsThere && faults == Faults.EMPTY_STORE && random.nextInt(4) == 0) {
      store = new InProcessQuotaStore(1000);
      emptied.add(now);
    }
    storeIsThere = true;
    replicas.forEach(each -> each.connect(true));
  }

  /** When the store forgot everything. */
  List<Long> emptied() {
    return emptied;
  }

  long now() {
    return now;
  }

  /** Requests that go on. */
  List<Request> running() {
    return running;
  }

  /** Requests that passed, those that go on last. */
  List<Request> passed() {
    List<Request> all = new ArrayList<>(ended);
    all.addAll(running);
    return all;
  }
}
