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
 * Histories begin within a minute before midnight. In every other one the clocks of the server and
 * of the replicas are set now and then, but within less than the ten seconds by which a process
 * believes that its own was: a store in a process stands for the server.
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

  /** For so long a replica holds places of its share. */
  static final long SHARE_LEASE = SECOND;

  private static final long DAY = 86_400 * SECOND;
  private static final long MIDNIGHT =
      Instant.parse("2026-11-22T00:00:00Z").getEpochSecond() * SECOND;

  /** How far a clock may be from where it was at first. */
  private static final long ASTRAY = 2_000;

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
  private final List<Step> steps = new ArrayList<>();
  private final boolean clocksStep;
  private long serverSkew;
  private long day;
  private long now;
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
    private final long stamp;
    private final long day;
    private long heard;
    private long told;
    private boolean givenBack;
    // A clock said that nobody had heard of it for too long, and was set back then.
    private boolean givenUp;

    private Request(Decision decision, Pending check, long charged, long day, long now) {
      this.decision = decision;
      this.by = By.of(decision, "limit");
      this.decider = check.replica;
      this.share = decider.known;
      this.envoy = check.envoy;
      this.life = check.life;
      this.charged = charged;
      this.stamp = check.stamp;
      this.day = day;
      this.heard = check.heard;
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

    /** By the clock of the replica that received it, when it did. */
    long stamp() {
      return stamp;
    }

    /** The end of the day in which it was charged. */
    long day() {
      return day;
    }

    /** When the store heard of it last, by the store's clock. */
    long heard() {
      return heard;
    }

    /** Whether who counts it may have given it up for a clock that was ahead. */
    boolean givenUp() {
      return givenUp;
    }

    /** What the clock of the replica that decided it says now. */
    long clock(long now) {
      return now + decider.skew;
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

  /** The clock of a process was set, or for 0 the server's. */
  private record Step(long process, long at, long by) {}

  private static final class Pending {
    private final Replica replica;
    private final @Nullable Suspended suspended;
    private final int envoy;
    private final long received;
    private final long stamp;
    private boolean asked;
    private long charged;
    private long heard;
    private long day;
    private int life;

    Pending(Replica replica, @Nullable Suspended suspended, int envoy, long received) {
      this.replica = replica;
      this.suspended = suspended;
      this.envoy = envoy;
      this.received = received;
      this.stamp = received + replica.skew;
    }

    Suspended suspended() {
      return Objects.requireNonNull(suspended);
    }
  }

  /** A process that decides; one that was started anew is another. */
  private final class Replica implements SharedQuotas {
    private final long process = ++numbers;
    private final long firstSkew;
    private long skew;
    private long ownDay;
    private final InProcessQuotaStore own = new InProcessQuotaStore(1000);
    private final PolicyEngine engine;
    private boolean connected = storeIsThere;
    private int known;
    // Of whom it hears now.
    private @Nullable Request of;

    Replica(int replicas, long skew) {
      this.skew = skew;
      this.firstSkew = skew;
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
      List<QuotaState> states = store.charge(charge.id(), charge.charged(), serverClock());
      if (states.stream().allMatch(QuotaState::granted)) {
        day = Math.max(day, endOfDay(serverClock()));
      }
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
    this.clocksStep = seed % 2 == 0;
    this.now = MIDNIGHT - random.nextLong(60_000) * MILLI;
    for (int i = 0; i < count; i++) {
      replicas.add(new Replica(count, random.nextLong(-600_000, 600_000) * MILLI));
    }
  }

  private long serverClock() {
    return now + serverSkew;
  }

  private static long endOfDay(long clock) {
    return Math.floorDiv(clock, DAY) * DAY + DAY;
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
    pass(Reservation.LEASE.toNanos() + 2 * TRAVELS + 2 * ASTRAY * MILLI);
  }

  /** How many of so many requests the store lets pass at once, when nothing breaks. */
  int admittedAtOnce(int requests) {
    int before = running.size();
    for (int i = 0; i < requests; i++) {
      Replica replica = replicas.get(i % replicas.size());
      switch (replica.engine.begin(ROUTE, context(replica))) {
        case Suspended suspended -> {
          Pending check = new Pending(replica, suspended, 0, now);
          ask(check);
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
      store.renew(message.charge.id(), serverClock());
      // What was given up stays so.
      if (of != null
          && known
          && !of.givenUp
          && serverClock() - of.heard < Reservation.LEASE.toNanos()) {
        of.heard = serverClock();
      }
    } else if (store.settle(message.charge.id(), message.successful, serverClock())
        && of != null
        && known) {
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
      case Decision decision -> settle(new Pending(replica, null, envoy, now), decision);
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
      settle(check, check.suspended().refuse("no place"));
    } else if (check.asked) {
      settle(check, (Decision) check.suspended().resume());
    } else {
      ask(check);
    }
  }

  private void ask(Pending check) {
    Objects.requireNonNull(check.suspended().inquiry()).ask();
    check.asked = true;
    check.charged = now;
    check.heard = serverClock();
    check.day = day;
    check.life = emptied.size();
  }

  /** The client has gone away, or Envoy does not wait any more. */
  private void giveUp(Pending check) {
    pending.remove(check);
    check.replica.unanswered(check.suspended().abandon());
  }

  private void settle(Pending check, Decision decision) {
    pending.remove(check);
    if (!decision.allowed()) {
      return;
    }
    if (By.of(decision, "limit") == By.STORE) {
      running.add(new Request(decision, check, check.charged, check.day, now));
      return;
    }
    // A replica alone charges by the time at which it received the request.
    Replica replica = check.replica;
    replica.ownDay = Math.max(replica.ownDay, endOfDay(check.stamp));
    running.add(new Request(decision, check, check.received, replica.ownDay, now));
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
          replicas.set(which, new Replica(replicas.size(), replica.firstSkew));
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
      case 5 -> {
        if (clocksStep) {
          long skew = random.nextLong(-ASTRAY, ASTRAY) * MILLI;
          steps.add(new Step(0, now, skew - serverSkew));
          for (Request request : running) {
            request.givenUp |=
                request.by == By.STORE
                    && request.heard <= serverClock() - Reservation.LEASE.toNanos();
          }
          serverSkew = skew;
        }
      }
      case 6 -> {
        if (clocksStep) {
          long skew = replica.firstSkew + random.nextLong(-ASTRAY, ASTRAY) * MILLI;
          steps.add(new Step(replica.process, now, skew - replica.skew));
          for (Request request : running) {
            request.givenUp |=
                request.decider == replica && request.stamp <= now + replica.skew - SHARE_LEASE;
          }
          replica.skew = skew;
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
      day = 0;
    }
    storeIsThere = true;
    replicas.forEach(each -> each.connect(true));
  }

  /** Nanoseconds by which the server's clock was set forward, in such a window. */
  long serverAhead(long from, long until) {
    return steps.stream()
        .filter(step -> step.process == 0 && step.at >= from && step.at < until)
        .mapToLong(step -> Math.max(0, step.by))
        .sum();
  }

  /** Nanoseconds by which a process' clock was set, which charges in whatever order. */
  long ahead(long process, long from, long until) {
    return steps.stream()
        .filter(step -> step.process == process && step.at >= from && step.at < until)
        .mapToLong(step -> Math.abs(step.by))
        .sum();
  }

  /** When the store forgot everything. */
  List<Long> emptied() {
    return emptied;
  }

  long now() {
    return now;
  }

  /** By the server's clock. */
  long serverNow() {
    return serverClock();
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
