// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Suspended;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.MeterTerms;
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
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.Sharing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/*
 * One thread, one clock, and what happens next is drawn: so thousands of histories take seconds. The
 * engines and the leases are the real ones. The store is a map that follows the rules of
 * QuotaScript; that those are what a server does, StoredQuotasIT shows on one.
 *
 * A question that has no answer has been counted or not, which is drawn too. What is handed back
 * travels: it arrives later, or dies with its connection.
 */
/** Replicas, the store that they share, and a network that breaks. */
final class PartitionedReplicas implements AutoCloseable {
  private static final String ROUTE = "shop/orders";
  private static final long MILLI = 1_000_000;
  private static final long START =
      Instant.parse("2026-11-21T12:00:00Z").getEpochSecond() * 1_000 * MILLI;

  private final Random random;
  private final GuardedRoute route;
  private final Faults faults;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Pending> pending = new ArrayList<>();
  private final List<Long> emptied = new ArrayList<>();
  private final List<Admitted> admitted = new ArrayList<>();
  private final Map<CounterKey, CounterState> counters = new HashMap<>();
  // Hand-backs on their way. Leases end on threads of their own: who sends holds the list's lock,
  // and
  // who breaks a connection. Nobody touches leases while holding it.
  private final List<Message> messages = new ArrayList<>();
  private boolean storeIsThere = true;
  private long now = START;
  private long numbers;
  private int decided;

  /** What may happen beside requests and time. */
  enum Faults {
    /** Nothing. */
    NONE,
    /** Replicas die, end and come; the store is always there, and always answers in time. */
    REPLICAS,
    /**
     * Also no place to wait, no answer in time, replicas without a network, a store that is away.
     */
    STORE,
    /** Also a store that comes back empty. */
    EMPTY_STORE
  }

  /** Who counted what passed. */
  enum By {
    STORE,
    REPLICA,
    NOBODY;

    /** As an allowed request's notes say. */
    static By of(Decision decision) {
      if (decision.notes().isEmpty()) {
        return STORE;
      }
      String note = decision.notes().getFirst();
      if (note.contains("by this replica alone")) {
        return REPLICA;
      }
      if (note.contains("is not counted")) {
        return NOBODY;
      }
      throw new AssertionError(note);
    }
  }

  /**
   * A request that passed.
   *
   * @param at when it was charged
   * @param process that decided it; each start is another one
   * @param replicas by how many that one divides a limit
   * @param life how often the store had forgotten everything when it charged this
   */
  record Admitted(By by, long at, long process, int replicas, int life) {}

  private record Message(Replica from, QuotaLine line, long units, long charged) {}

  private static final class Pending {
    private final Replica replica;
    private final Suspended suspended;
    private final long received;
    private boolean asked;
    private long charged;
    private int life;

    Pending(Replica replica, Suspended suspended, long received) {
      this.replica = replica;
      this.suspended = suspended;
      this.received = received;
    }
  }

  /** A process that decides; one that was started anew is another. */
  private final class Replica implements SharedQuotas {
    private final long process = ++numbers;
    private final long skew;
    private final Leases leases;
    private final PolicyEngine engine;
    private boolean connected = storeIsThere;
    private long sessions = 1;
    private int known;
    // The life of the store that the lease is of.
    private int leasedIn;

    Replica(int replicas, long skew) {
      this.skew = skew;
      this.known = connected ? replicas : 1;
      this.leases = new Leases(this::handBack, this::replicas, () -> now);
      this.engine =
          new PolicyEngine(
              (_, _) -> {
                throw new AssertionError("nobody authenticates");
              },
              _ -> (_, _) -> new BotScore(0, List.of()),
              new QuotaStores(new InProcessQuotaStore(1000), this),
              GeoSource.NONE,
              AddressLists.NONE,
              true);
      Map<?, String> refused = engine.replace(List.of(route));
      if (!refused.isEmpty()) {
        throw new AssertionError(refused);
      }
    }

    void connect(boolean connected) {
      synchronized (messages) {
        if (this.connected && !connected) {
          sessions++;
          messages.removeIf(message -> message.from == this);
        }
        this.connected = connected;
      }
      if (connected) {
        known = replicas.size();
      }
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
      Charge charge = charges.getFirst();
      List<QuotaState> states = charge.leased() ? leases.spend(charge.charged()) : null;
      return states == null ? null : new Answer.Counted(List.of(new Standing(List.of(), states)));
    }

    @Override
    public Answer charge(List<Charge> charges, long at) {
      Charge charge = charges.getFirst();
      QuotaLine line = charge.charged().getFirst();
      long read = now;
      long session = sessions;
      long wanted = charge.leased() ? leases.wanted(line) : 0;
      boolean unsure = faults.compareTo(Faults.STORE) >= 0 && random.nextInt(10) == 0;
      if (!connected || (unsure && random.nextBoolean())) {
        return new Answer.Unavailable("it was not asked");
      }
      CounterState counter = counters.computeIfAbsent(line.key(), _ -> CounterState.of(0, 0));
      QuotaState before = line.meter().peek(counter, line.cost(), now);
      if (!before.granted()) {
        return unsure ? new Answer.Unavailable("it did not answer") : counted(before);
      }
      long most = line.meter().peek(counter, 1, now).remaining() - line.cost();
      long leased = Math.max(0, Math.min(wanted, most / 2));
      QuotaState state = line.meter().charge(counter, line.cost() + leased, now);
      if (unsure) {
        return new Answer.Unavailable("it did not answer");
      }
      if (charge.leased()) {
        leasedIn = leased > 0 ? emptied.size() : leasedIn;
        // The counter goes on; what is kept of it is how it stands now.
        leases.add(line, leased, CounterState.of(counter.moment(), 0), now, read, session);
      }
      return counted(state.made());
    }

    private Answer counted(QuotaState state) {
      return new Answer.Counted(List.of(new Standing(List.of(), List.of(state))));
    }

    private void handBack(QuotaLine line, long units, long charged, long session) {
      synchronized (messages) {
        if (connected && session == sessions) {
          messages.add(new Message(this, line, units, charged));
        }
      }
    }

    @Override
    public void refund(Charge charge, long at) {
      throw new AssertionError("no limit here is a process' own");
    }

    @Override
    public void settle(Reservation charge, boolean successful, long at) {
      throw new AssertionError("no limit here waits for an end");
    }

    @Override
    public void renew(Reservation charge, long at) {
      throw new AssertionError("no limit here waits for an end");
    }

    @Override
    public void uncounted() {}

    @Override
    public int replicas() {
      return known;
    }
  }

  PartitionedReplicas(long seed, int count, Allowance allowance, Sharing sharing, Faults faults) {
    this.random = new Random(seed);
    this.faults = faults;
    this.route = Plans.limited(ROUTE, Plans.limit("limit", allowance, sharing, "source.address"));
    for (int i = 0; i < count; i++) {
      // Clocks on walls differ; what all count together is counted by the store's.
      replicas.add(new Replica(count, random.nextLong(-600_000, 600_000) * MILLI));
    }
  }

  /** Lets so many things happen. */
  void live(int steps) {
    for (int i = 0; i < steps; i++) {
      if (!storeIsThere && random.nextInt(30) == 0) {
        comeBack();
      }
      int next = random.nextInt(100);
      if (next < 50) {
        request(any(replicas));
      } else if (next < 84) {
        goOn(any(pending));
      } else if (next < 92) {
        pass();
      } else if (next < 97) {
        deliver();
      } else {
        fail(random.nextInt(8));
      }
    }
    while (!pending.isEmpty()) {
      goOn(pending.getFirst());
    }
  }

  private <T> @Nullable T any(List<T> of) {
    return of.isEmpty() ? null : of.get(random.nextInt(of.size()));
  }

  private void pass() {
    now +=
        MILLI
            * switch (random.nextInt(20)) {
              case 0 -> random.nextLong(5_000);
              case 1, 2, 3 -> random.nextLong(700);
              default -> random.nextLong(40);
            };
  }

  private void request(@Nullable Replica replica) {
    Objects.requireNonNull(replica);
    RequestContext request =
        new RequestContext(
            new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
            Headers.of(),
            new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
            "r" + ++numbers,
            Instant.EPOCH.plusNanos(now + replica.skew));
    switch (replica.engine.begin(ROUTE, request)) {
      case Suspended suspended -> pending.add(new Pending(replica, suspended, now));
      case Decision decision -> settle(replica, decision, now, now, replica.leasedIn);
    }
  }

  private void goOn(@Nullable Pending check) {
    if (check == null) {
      return;
    }
    if (faults.compareTo(Faults.STORE) >= 0 && random.nextInt(20) == 0) {
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

  private void settle(Pending check, Decision decision) {
    pending.remove(check);
    settle(check.replica, decision, check.received, check.asked ? check.charged : now, check.life);
  }

  /** A replica alone charges by the time at which it received the request. */
  private void settle(Replica replica, Decision decision, long received, long charged, int life) {
    decided++;
    if (decision.allowed()) {
      By by = By.of(decision);
      admitted.add(
          new Admitted(
              by, by == By.STORE ? charged : received, replica.process, replica.known, life));
    }
  }

  private void deliver() {
    Message message;
    synchronized (messages) {
      message = any(messages);
      messages.remove(message);
    }
    if (message == null) {
      return;
    }
    CounterState counter = counters.get(message.line.key());
    if (counter == null || message.charged <= now || counter.moment() <= now) {
      return;
    }
    Meter meter = message.line.meter();
    long units = message.units;
    if (meter.terms(now) instanceof MeterTerms.Quota) {
      long used = meter.capacity() - meter.peek(counter, 1, now).remaining();
      units = counter.moment() == message.charged ? Math.min(units, used) : 0;
    }
    meter.charge(counter, -units, now);
  }

  private void fail(int what) {
    int which = random.nextInt(replicas.size());
    Replica replica = replicas.get(which);
    switch (what) {
      case 0, 1 -> {
        if (faults != Faults.NONE) {
          pending.removeIf(check -> check.replica == replica);
          if (what == 0) {
            replica.leases.close();
          }
          synchronized (messages) {
            replica.connected = false;
            messages.removeIf(message -> message.from == replica && random.nextBoolean());
          }
          replicas.set(which, new Replica(replicas.size(), replica.skew));
        }
      }
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
    if (faults == Faults.EMPTY_STORE && random.nextInt(4) == 0) {
      counters.clear();
      emptied.add(now);
    }
    storeIsThere = true;
    replicas.forEach(each -> each.connect(true));
  }

  /** What passed, by who counted it. */
  List<Admitted> admitted(By by) {
    return admitted.stream().filter(one -> one.by == by).toList();
  }

  /** When the store forgot everything. */
  List<Long> emptied() {
    return emptied;
  }

  /** Requests that have an answer. */
  int decided() {
    return decided;
  }

  @Override
  public void close() {
    replicas.forEach(each -> each.leases.close());
  }
}
