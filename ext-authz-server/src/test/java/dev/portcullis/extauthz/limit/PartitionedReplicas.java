// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import dev.portcullis.engine.PolicyEngine;
import dev.portcullis.engine.bot.BotScore;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.engine.decision.Outcome;
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
import dev.portcullis.extauthz.valkey.Script;
import dev.portcullis.extauthz.valkey.ScriptStore;
import dev.portcullis.extauthz.valkey.StoreException;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.policy.plan.Allowance;
import dev.portcullis.policy.plan.GuardedRoute;
import dev.portcullis.policy.plan.LimitSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * One thread draws what happens next, by one time: so thousands of histories take seconds. Only leases
 * that are over are handed back by threads of their own, so a seed tells most of a history and not all. The
 * engines and what asks the store are the real ones, with their leases, what they remember and what
 * they take back. The server is a map that does what QuotaScript says.
 *
 * Each replica has a clock of its own, and so has the server; in every other history they step, by
 * seconds and now and then by minutes. What passed is told by the time, which nobody there knows.
 * Histories begin within half a minute before midnight, so that in most of them a day ends.
 *
 * A question that has no answer has been counted or not, which is drawn too. What is handed back or
 * taken back travels: it arrives later, or dies with its connection.
 */
/** Replicas, the store that they share, and a network that breaks. */
final class PartitionedReplicas implements AutoCloseable {
  private static final String ROUTE = "shop/orders";
  private static final long MILLI = 1_000_000;
  private static final long MICRO = 1_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long DAY = Duration.ofDays(1).toNanos();
  private static final long MIDNIGHT =
      Instant.parse("2026-11-22T00:00:00Z").getEpochSecond() * SECOND;
  private static final long MEMORY = SECOND;
  private static final long PATIENCE = 5 * SECOND;

  private final Random random;
  private final List<LimitSpec> limits;
  private final GuardedRoute route;
  private final Faults faults;
  private final boolean clocksStep;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Check> pending = new ArrayList<>();
  private final List<Loss> losses = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Taken> takenBack = new ArrayList<>();
  private final List<Admitted> admitted = new ArrayList<>();
  private final List<Admitted> refused = new ArrayList<>();
  // What is told and on its way. Leases end on threads of their own: who sends holds the list's
  // lock, and who breaks a connection. Nobody touches leases while holding it.
  private final List<Message> messages = new ArrayList<>();
  private final ScriptedServer server = new ScriptedServer(() -> serverClock() / MILLI);
  private final ScriptedServer behind = new ScriptedServer(() -> serverClock() / MILLI);
  private final Map<String, Long> chargedAt = new HashMap<>();
  private long behindAt;
  private boolean storeIsThere = true;
  private long now;
  private long serverSkew;
  private long questions;
  private long numbers;
  private int decided;
  private int remembered;

  /** What may happen beside requests and time, and steps of clocks. */
  enum Faults {
    /** Nothing. */
    NONE,
    /** Replicas die, end and come; the store is always there, and always answers in time. */
    REPLICAS,
    /**
     * Also no place to wait, no answer in time, replicas without a network, a store that is away.
     */
    STORE,
    /** Also a store that comes back empty, or without what it was told last. */
    EMPTY_STORE
  }

  /** Who counted what passed. */
  enum By {
    STORE,
    REPLICA,
    NOBODY;

    /** As an allowed request's notes say of a limit. */
    static By of(Decision decision, String limit) {
      for (String note : decision.notes()) {
        if (note.startsWith("limit " + limit + " is counted by this replica alone")) {
          return REPLICA;
        }
        if (note.startsWith("limit " + limit + " is not counted")) {
          return NOBODY;
        }
      }
      return STORE;
    }
  }

  /**
   * A request that passed, or did not, and one of its limits.
   *
   * @param at when it was charged
   * @param process that decided it; each start is another one
   * @param replicas by how many that one divides a limit
   * @param question of the store that charged it
   * @param day the end of that in which who counted it did
   */
  record Admitted(
      String limit, By by, long at, long process, int replicas, long question, long day) {}

  /**
   * The store forgot what these questions charged.
   *
   * @param after the last that it has not forgotten
   * @param until the last of them
   */
  record Loss(long at, long after, long until) {}

  /**
   * A clock was set.
   *
   * @param process whose it is; 0: the server
   */
  record Step(long process, long at, long from, long to) {}

  /** What a limit was charged was taken back. */
  record Taken(String limit, long at, long charged) {}

  private record Message(Replica from, Script script, List<String> keys, List<String> arguments) {}

  /** Who charged a limit of a request, and when. */
  private record Charged(long at, long question, long day) {}

  /** A request that is being decided. */
  private static final class Check {
    private final Replica replica;
    private final long received;
    private final long stamp;
    private final Map<String, Charged> charged = new HashMap<>();

    Check(Replica replica, long received, long stamp) {
      this.replica = replica;
      this.received = received;
      this.stamp = stamp;
    }

    private @Nullable Suspended suspended;
    private boolean asked;
    // The server's, when it was asked last.
    private long day;

    Suspended suspended() {
      return Objects.requireNonNull(suspended);
    }
  }

  /** The name of the limit of a counter in the store. */
  private static String limit(String key) {
    return key.split(":", -1)[3];
  }

  /** A process that decides; one that was started anew is another. */
  private final class Replica implements ScriptStore {
    private final long process = ++numbers;
    private final StoredQuotas quotas;
    private final PolicyEngine engine;
    private final Map<String, Charged> leases = new HashMap<>();
    private final Map<String, Long> refusals = new HashMap<>();
    private long skew;
    private boolean connected = storeIsThere;
    private long sessions;
    private int known;
    private long day;
    // What it decides now.
    private @Nullable Check check;

    Replica(int replicas, long skew) {
      this.skew = skew;
      this.known = connected ? replicas : 1;
      this.quotas =
          new StoredQuotas(this, false, () -> known, () -> serverClock() / MICRO, () -> now);
      this.engine =
          new PolicyEngine(
              (_, _) -> {
                throw new AssertionError("nobody authenticates");
              },
              _ -> (_, _) -> new BotScore(0, List.of()),
              new QuotaStores(new InProcessQuotaStore(1000), new Watched(this)),
              GeoSource.NONE,
              AddressLists.NONE,
              true);
      Map<?, String> unloadable = engine.replace(List.of(route));
      if (!unloadable.isEmpty()) {
        throw new AssertionError(unloadable);
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
    public void learn(List<Script> scripts) {}

    @Override
    public void whenOpened(Runnable listener) {}

    @Override
    public boolean isOpen() {
      return connected;
    }

    @Override
    public long lost() {
      synchronized (messages) {
        return sessions;
      }
    }

    @Override
    public List<String> run(Script script, List<String> keys, String... arguments)
        throws StoreException {
      boolean unsure = faults.compareTo(Faults.STORE) >= 0 && random.nextInt(10) == 0;
      if (!connected || (unsure && random.nextBoolean())) {
        throw new StoreException("it was not asked");
      }
      questions++;
      List<String> answer = server.run(script, keys, List.of(arguments));
      hear(keys, List.of(arguments), answer, unsure);
      if (unsure) {
        throw new StoreException("it did not answer");
      }
      return answer;
    }

    @Override
    public List<String> run(
        Duration patience, Script script, List<String> keys, String... arguments) {
      throw new AssertionError("nobody looks at counters");
    }

    /** What the store charged, as its answer and its counters have it. */
    private void hear(
        List<String> keys, List<String> arguments, List<String> answer, boolean unsure) {
      Check asking = Objects.requireNonNull(check);
      asking.day = endOfDay(serverClock());
      int k = 0;
      int a = 1;
      int at = 1;
      while (a < arguments.size()) {
        int size = Integer.parseInt(arguments.get(a++).replace("d", ""));
        String outcome = answer.get(at++);
        String id = keys.get(k++);
        for (int i = 0; i < size; i++) {
          String key = keys.get(k++);
          boolean charged = !arguments.get(a).equals("p");
          boolean isRate = arguments.get(a + 1).equals("r");
          a += isRate ? 7 : 8;
          if (outcome.equals("granted") && charged) {
            long moment = Long.parseLong(answer.get(at)) * MICRO;
            Charged made = new Charged(now, questions, isRate ? 0 : moment);
            asking.charged.put(limit(key), made);
            chargedAt.put(id, now);
            if (!unsure && Long.parseLong(answer.get(at + 2)) > 0) {
              leases.put(limit(key), made);
            }
          } else if (outcome.startsWith("refused") && !unsure) {
            refusals.put(limit(key), now);
          }
          at += outcome.equals("skipped") ? 0 : 4;
        }
      }
    }

    @Override
    public CompletionStage<Boolean> tell(Script script, List<String> keys, String... arguments) {
      synchronized (messages) {
        if (connected) {
          messages.add(new Message(this, script, keys, List.of(arguments)));
        }
        return CompletableFuture.completedStage(connected);
      }
    }

    @Override
    public void awaitTold(Duration patience) {}
  }

  /** What a replica asks about the limits that it shares, of which somebody takes notes. */
  private final class Watched implements SharedQuotas {
    private final Replica replica;

    Watched(Replica replica) {
      this.replica = replica;
    }

    @Override
    public @Nullable String absence() {
      return replica.quotas.absence();
    }

    @Override
    public boolean countsTogether() {
      return replica.quotas.countsTogether();
    }

    @Override
    public @Nullable QuotaState knownRefusal(QuotaLine line) {
      QuotaState state = replica.quotas.knownRefusal(line);
      if (state != null) {
        Long at = replica.refusals.get(limit(QuotaScript.name(line.key())));
        if (at == null || now - at >= MEMORY) {
          throw new AssertionError("nobody refused it a moment ago: " + line);
        }
        remembered++;
      }
      return state;
    }

    @Override
    public Answer.@Nullable Counted spend(List<Charge> charges) {
      Answer.Counted spent = replica.quotas.spend(charges);
      if (spent != null) {
        for (Charge charge : charges) {
          for (QuotaLine line : charge.charged()) {
            String limit = limit(QuotaScript.name(line.key()));
            Charged lease = Objects.requireNonNull(replica.leases.get(limit));
            Objects.requireNonNull(replica.check)
                .charged
                .put(limit, new Charged(now, lease.question, lease.day));
          }
        }
      }
      return spent;
    }

    @Override
    public Answer charge(List<Charge> charges, long at) {
      return replica.quotas.charge(charges, at);
    }

    @Override
    public void refund(Charge charge, long at) {
      replica.quotas.refund(charge, at);
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
    public void uncounted() {
      replica.quotas.uncounted();
    }

    @Override
    public int replicas() {
      return replica.quotas.replicas();
    }
  }

  PartitionedReplicas(long seed, int count, Faults faults, LimitSpec... limits) {
    this.random = new Random(seed);
    this.faults = faults;
    this.limits = List.of(limits);
    this.route = Plans.limited(ROUTE, limits);
    this.clocksStep = seed % 2 == 0;
    this.now = MIDNIGHT - random.nextLong(30_000) * MILLI;
    for (int i = 0; i < count; i++) {
      // Clocks on walls differ; what all count together is counted by the store's.
      replicas.add(new Replica(count, random.nextLong(-600_000, 600_000) * MILLI));
    }
  }

  private long serverClock() {
    return now + serverSkew;
  }

  /** Lets so many things happen. */
  void live(int things) {
    for (int i = 0; i < things; i++) {
      if (!storeIsThere && random.nextInt(30) == 0) {
        comeBack();
      }
      int next = random.nextInt(100);
      if (next < 50) {
        request(replicas.get(random.nextInt(replicas.size())));
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
    if (faults == Faults.NONE) {
      deliverAll();
    }
  }

  private <T> @Nullable T any(List<T> of) {
    return of.isEmpty() ? null : of.get(random.nextInt(of.size()));
  }

  /** Nobody waits for longer than a check may; what is on its way arrives where nothing breaks. */
  private void pass() {
    if (random.nextInt(4) == 0) {
      behind.copy(server);
      behindAt = questions;
    }
    long next =
        now
            + MILLI
                * switch (random.nextInt(20)) {
                  case 0 -> random.nextLong(5_000);
                  case 1, 2, 3 -> random.nextLong(700);
                  default -> random.nextLong(40);
                };
    for (Check check : List.copyOf(pending)) {
      while (check.received + PATIENCE <= next && pending.contains(check)) {
        goOn(check);
      }
    }
    if (faults == Faults.NONE) {
      deliverAll();
    }
    now = next;
    if (random.nextBoolean()) {
      server.purge();
    }
  }

  private void request(Replica replica) {
    long stamp = now + replica.skew;
    Check check = new Check(replica, now, stamp);
    RequestContext request =
        new RequestContext(
            new RequestLine("GET", "/orders", "orders.example.com", "https", "HTTP/2"),
            Headers.of(),
            new Peer(IpAddress.parse("192.0.2.1"), 40000, null),
            "r" + ++numbers,
            Instant.EPOCH.plusNanos(stamp));
    replica.check = check;
    go(check, replica.engine.begin(ROUTE, request));
  }

  private void goOn(@Nullable Check check) {
    if (check == null) {
      return;
    }
    check.replica.check = check;
    if (faults.compareTo(Faults.STORE) >= 0 && random.nextInt(20) == 0) {
      settle(check, check.suspended().refuse("no place"));
    } else if (faults != Faults.NONE && random.nextInt(40) == 0) {
      // Who goes away pays.
      pending.remove(check);
      var _ = check.suspended().abandon();
    } else if (check.asked) {
      go(check, check.suspended().resume());
    } else {
      Objects.requireNonNull(check.suspended().inquiry()).ask();
      check.asked = true;
    }
  }

  private void go(Check check, Outcome outcome) {
    switch (outcome) {
      case Suspended suspended -> {
        if (check.suspended == null) {
          pending.add(check);
        }
        check.suspended = suspended;
        check.asked = false;
      }
      case Decision decision -> settle(check, decision);
    }
  }

  private void settle(Check check, Decision decision) {
    pending.remove(check);
    decided++;
    Replica replica = check.replica;
    for (LimitSpec limit : limits) {
      if (limit.sharing() == null) {
        continue;
      }
      By by = By.of(decision, limit.name());
      Charged charged = check.charged.get(limit.name());
      if (!decision.allowed()) {
        refused.add(
            new Admitted(
                limit.name(),
                by,
                now,
                replica.process,
                1,
                0,
                check.day == 0 ? endOfDay(serverClock()) : check.day));
      } else if (by == By.STORE) {
        Charged made = Objects.requireNonNull(charged, "the store was not asked");
        admitted.add(
            new Admitted(
                limit.name(),
                by,
                made.at,
                replica.process,
                replica.known,
                made.question,
                made.day));
      } else {
        // A replica alone charges by the time at which it received the request.
        if (by == By.REPLICA && limit.allowance() instanceof Allowance.Quota) {
          replica.day = Math.max(replica.day, endOfDay(check.stamp));
        }
        admitted.add(
            new Admitted(
                limit.name(), by, check.received, replica.process, replica.known, 0, replica.day));
      }
    }
  }

  private static long endOfDay(long clock) {
    return Math.floorDiv(clock, DAY) * DAY + DAY;
  }

  private void deliverAll() {
    while (deliver()) {
      // One after the other.
    }
  }

  private boolean deliver() {
    Message message;
    synchronized (messages) {
      message = any(messages);
      messages.remove(message);
    }
    if (message == null) {
      return false;
    }
    // It counts by its own clock, when it hears of it.
    List<String> arguments = new ArrayList<>(message.arguments);
    arguments.set(0, Long.toString(serverClock() / MICRO));
    String outcome = server.get(message.keys.getFirst());
    if (message.script.equals(QuotaScript.REFUND) && outcome != null && outcome.startsWith("1")) {
      long charged = Objects.requireNonNull(chargedAt.get(message.keys.getFirst()));
      for (String key : message.keys.subList(1, message.keys.size())) {
        takenBack.add(new Taken(limit(key), now, charged));
      }
    }
    var _ = server.run(message.script, message.keys, arguments);
    return true;
  }

  private void fail(int what) {
    int which = random.nextInt(replicas.size());
    Replica replica = replicas.get(which);
    switch (what) {
      case 0, 1 -> {
        if (faults != Faults.NONE) {
          pending.removeIf(check -> check.replica == replica);
          if (what == 0) {
            replica.quotas.close();
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
      case 5 -> {
        if (clocksStep) {
          long by = step();
          steps.add(new Step(0, now, serverClock(), serverClock() + by));
          serverSkew += by;
        }
      }
      case 6 -> {
        if (clocksStep) {
          long clock = now + replica.skew;
          long by = step();
          steps.add(new Step(replica.process, now, clock, clock + by));
          replica.skew += by;
        }
      }
      default -> {
        // This time nothing does.
      }
    }
  }

  private long step() {
    long most = random.nextInt(8) == 0 ? 180_000 : 5_000;
    return random.nextLong(-most, most) * MILLI;
  }

  private void comeBack() {
    int what = faults == Faults.EMPTY_STORE ? random.nextInt(4) : 2;
    if (what == 0) {
      server.clear();
      losses.add(new Loss(now, 0, questions));
    } else if (what == 1) {
      // Another server is the store now, and has not heard of everything.
      server.copy(behind);
      losses.add(new Loss(now, behindAt, questions));
    }
    behind.copy(server);
    behindAt = questions;
    storeIsThere = true;
    replicas.forEach(each -> each.connect(true));
  }

  /** What passed, by who counted it for a limit. */
  List<Admitted> admitted(String limit, By by) {
    return admitted.stream().filter(one -> one.by == by && one.limit.equals(limit)).toList();
  }

  /** What did not pass; the day is that of the store. */
  List<Admitted> refused(String limit) {
    return refused.stream().filter(one -> one.limit.equals(limit)).toList();
  }

  /** When the store forgot something. */
  List<Loss> losses() {
    return losses;
  }

  /** When a clock was set: that of a process, or for 0 the server's. */
  List<Step> steps(long process) {
    return steps.stream().filter(step -> step.process == process).toList();
  }

  /** What was charged and taken back. */
  List<Taken> takenBack(String limit) {
    return takenBack.stream().filter(taken -> taken.limit.equals(limit)).toList();
  }

  /** Units of the day that the store counts now, by its counter of a quota; the day: units. */
  Map<Long, Long> counted(String limit) {
    Map<Long, Long> counted = new HashMap<>();
    String value = server.counter(limit);
    if (value != null) {
      String[] momentAndUsed = value.split(":", -1);
      counted.put(Long.parseLong(momentAndUsed[0]) * MICRO, Long.parseLong(momentAndUsed[1]));
    }
    return counted;
  }

  /** Requests that have an answer. */
  int decided() {
    return decided;
  }

  /** Refusals for which nobody was asked. */
  int remembered() {
    return remembered;
  }

  @Override
  public void close() {
    replicas.forEach(each -> each.quotas.close());
  }
}
