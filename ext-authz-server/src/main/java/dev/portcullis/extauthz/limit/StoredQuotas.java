// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.limit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.MeterTerms;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.limit.Reservation;
import dev.portcullis.engine.port.SharedQuotas;
import dev.portcullis.extauthz.limit.QuotaScript.Part;
import dev.portcullis.extauthz.limit.QuotaScript.Result;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.valkey.ScriptStore;
import dev.portcullis.extauthz.valkey.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A counter that refused is remembered, as it was, for a second: a flood of one client costs the
 * store one question a second. Counters only grow meanwhile, but for refunds and for people who
 * reset them, which is why it is not remembered longer; and by its arithmetic it is seen when there
 * is room again earlier.
 *
 * One server counts all limits of a request in one step. In a Cluster counters of another policy may
 * be on another server: the policies are asked one after the other, and what the first ones charged
 * is taken back when a later one refuses.
 */
/** The limits that all replicas count together, in the store that they share. Thread-safe. */
public final class StoredQuotas implements SharedQuotas, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoredQuotas.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration FAREWELL = Duration.ofSeconds(1);
  private static final Duration MEMORY = Duration.ofSeconds(1);
  private static final long MAX_REMEMBERED = 100_000;
  private static final Standing UNKNOWN = new Standing(List.of(), List.of());

  /** Ends that are told again at a time: questions wait behind them. */
  private static final int A_FEW = 16;

  private final ScriptStore store;
  private final boolean cluster;
  private final IntSupplier replicas;
  private final LongSupplier micros;
  private final Ticker ticker;
  private final Cache<CounterKey, Refused> refused;
  private final LongAdder unshared = new LongAdder();
  private final LongAdder remembered = new LongAdder();
  private final LongAdder spent = new LongAdder();
  private final Leases leases;
  private final UnheardEnds unheard;
  private final Semaphore retellings = new Semaphore(A_FEW);

  /** A counter that refused, the store's time then, and what the ticker said. */
  private record Refused(CounterState counter, long now, long read) {}

  /**
   * Counts in a store.
   *
   * @param cluster whether keys are on several servers
   * @param replicas how many count
   */
  public StoredQuotas(ScriptStore store, boolean cluster, IntSupplier replicas) {
    this(store, cluster, replicas, () -> 0, Ticker.systemTicker());
  }

  /**
   * Counts by another clock.
   *
   * @param micros microseconds since 1970; 0: the store's clock
   */
  StoredQuotas(
      ScriptStore store,
      boolean cluster,
      IntSupplier replicas,
      LongSupplier micros,
      Ticker ticker) {
    this.store = store;
    this.cluster = cluster;
    this.replicas = replicas;
    this.micros = micros;
    this.ticker = ticker;
    store.learn(QuotaScript.ALL);
    this.leases = new Leases(this::handBack, this::replicas, ticker);
    this.unheard = new UnheardEnds(ticker);
    store.whenOpened(this::tellAgain);
    this.refused =
        Caffeine.newBuilder()
            .maximumSize(MAX_REMEMBERED)
            .expireAfterWrite(MEMORY)
            .ticker(ticker)
            .executor(Runnable::run)
            .build();
  }

  @Override
  public @Nullable String absence() {
    return store.isOpen() ? null : "there is no shared store now";
  }

  /** In a Cluster each policy is asked for itself. */
  @Override
  public boolean countsTogether() {
    return !cluster;
  }

  @Override
  public @Nullable QuotaState knownRefusal(QuotaLine line) {
    Refused known = refused.getIfPresent(line.key());
    if (known == null) {
      return null;
    }
    QuotaState state =
        line.meter().peek(known.counter, line.cost(), known.now + ticker.read() - known.read);
    if (state.granted()) {
      return null;
    }
    remembered.increment();
    return state;
  }

  @Override
  public Answer charge(List<Charge> charges, long now) {
    try {
      List<Standing> standings = new ArrayList<>(charges.size());
      if (cluster) {
        for (Charge charge : charges) {
          standings.add(standings.isEmpty() ? chargeByPolicy(charge, now) : shadowed(charge, now));
        }
      } else {
        List<Part> parts = charges.stream().map(StoredQuotas::part).toList();
        List<Result> results = ask(parts, now);
        for (int i = 0; i < charges.size(); i++) {
          standings.add(standing(parts.get(i), results.get(i).states()));
        }
      }
      return new Answer.Counted(standings);
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
      forgetReserved(charges, now);
      return new Answer.Unavailable(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      forgetReserved(charges, now);
      return new Answer.Unavailable("interrupted while the shared store was asked");
    }
  }

  /**
   * An answer that came too late may have been that a place was taken. Nobody would ever give it
   * back, for the request has no ticket of it. Commands of one connection are done in their order.
   * What is charged for good stays so: then too little is admitted, and not too much.
   */
  private void forgetReserved(List<Charge> charges, long now) {
    for (Charge charge : charges) {
      forgetReserved(charge, now);
    }
  }

  private void forgetReserved(Charge charge, long now) {
    if (charge.isReserved()) {
      settle(new Reservation(charge.id(), charge.policies()), false, now);
    }
  }

  private static Standing standing(Part part, List<QuotaState> states) {
    return states.isEmpty()
        ? UNKNOWN
        : new Standing(
            states.subList(0, part.peeked()), states.subList(part.peeked(), states.size()));
  }

  private static Part part(Charge charge) {
    List<QuotaLine> lines = new ArrayList<>(charge.peeked());
    lines.addAll(charge.charged());
    return new Part(
        charge.id(), lines, charge.peeked().size(), charge.leased(), charge.dependent());
  }

  /** The parts of a charge that are on one server each. */
  private static List<Part> parts(Charge charge) {
    Map<String, List<QuotaLine>> peeked = new LinkedHashMap<>();
    Map<String, List<QuotaLine>> lines = new LinkedHashMap<>();
    for (QuotaLine line : charge.peeked()) {
      peeked.computeIfAbsent(QuotaScript.tag(line.key()), _ -> new ArrayList<>()).add(line);
    }
    peeked.forEach((tag, found) -> lines.put(tag, new ArrayList<>(found)));
    for (QuotaLine line : charge.charged()) {
      lines.computeIfAbsent(QuotaScript.tag(line.key()), _ -> new ArrayList<>()).add(line);
    }
    List<Part> parts = new ArrayList<>();
    lines.forEach((tag, found) ->
        parts.add(
            new Part(
                charge.id(),
                found,
                peeked.getOrDefault(tag, List.of()).size(),
                charge.leased(),
                false)));
    return parts;
  }

  /** What is in shadow mode comes last, and changes nothing of what was counted before. */
  private Standing shadowed(Charge charge, long now) throws InterruptedException {
    try {
      return chargeByPolicy(charge, now);
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException _) {
      forgetReserved(charge, now);
      return UNKNOWN;
    }
  }

  private Standing chargeByPolicy(Charge charge, long now)
      throws StoreException, InterruptedException {
    Map<QuotaLine, QuotaState> states = new LinkedHashMap<>();
    List<Part> made = new ArrayList<>();
    boolean granted = true;
    for (Part part : parts(charge)) {
      // Once one has refused, the others are only looked at.
      Part asked =
          granted ? part : new Part(part.id(), part.lines(), part.lines().size(), false, false);
      Result result;
      try {
        result = ask(List.of(asked), now).getFirst();
      } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
        if (!granted) {
          // It is refused, whatever this server would say.
          part.lines().forEach(line -> states.put(line, untouched(line, now)));
          continue;
        }
        made.forEach(each -> refund(each, now));
        throw e;
      }
      for (int i = 0; i < part.lines().size(); i++) {
        states.put(part.lines().get(i), result.states().get(i));
      }
      if (granted && result.granted()) {
        made.add(part);
      } else if (granted) {
        granted = false;
        made.forEach(each -> refund(each, now));
      }
    }
    return new Standing(
        charge.peeked().stream().map(states::get).toList(),
        charge.charged().stream().map(states::get).toList());
  }

  private static QuotaState untouched(QuotaLine line, long now) {
    return line.meter().peek(new CounterState(), line.cost(), now);
  }

  private List<Result> ask(List<Part> parts, long now) throws StoreException, InterruptedException {
    long read = ticker.read();
    long session = store.lost();
    QuotaScript question = new QuotaScript(parts, micros.getAsLong(), now, leases::wanted);
    List<Result> results =
        question.results(store.run(QuotaScript.CHARGE, question.keys(), question.arguments()));
    tellAgain();
    for (int i = 0; i < parts.size(); i++) {
      Result result = results.get(i);
      for (int line = 0; line < result.states().size() && !result.granted(); line++) {
        // What ends soon, or is given back, has room again before anybody remembers.
        if (!result.states().get(line).granted() && !parts.get(i).lines().get(line).isReserved()) {
          refused.put(
              parts.get(i).lines().get(line).key(),
              new Refused(result.counters().get(line), result.now(), ticker.read()));
        }
      }
      if (result.granted() && parts.get(i).leased()) {
        lease(parts.get(i), result, read, session);
      }
    }
    return results;
  }

  private void lease(Part part, Result result, long read, long session) {
    for (int i = part.peeked(); i < part.lines().size(); i++) {
      leases.add(
          part.lines().get(i),
          result.leased().get(i),
          result.counters().get(i),
          result.now(),
          read,
          session);
    }
  }

  private void handBack(QuotaLine line, long units, long charged, long session) {
    if (store.lost() == session) {
      var _ =
          store.tell(
              QuotaScript.HAND_BACK,
              List.of(QuotaScript.name(line.key())),
              QuotaScript.handBackArguments(line, units, charged, micros.getAsLong()));
    }
  }

  @Override
  public Answer.@Nullable Counted spend(List<Charge> charges) {
    if (!charges.getFirst().leased()) {
      // Those of one step are leased together, or not at all.
      return null;
    }
    List<QuotaLine> lines = charges.getFirst().charged();
    if (charges.size() > 1) {
      lines = charges.stream().flatMap(charge -> charge.charged().stream()).toList();
    }
    List<QuotaState> states = leases.spend(lines);
    if (states == null) {
      return null;
    }
    spent.increment();
    List<Standing> standings = new ArrayList<>(charges.size());
    int from = 0;
    for (Charge charge : charges) {
      int to = from + charge.charged().size();
      standings.add(new Standing(List.of(), states.subList(from, to)));
      from = to;
    }
    return new Answer.Counted(standings);
  }

  @Override
  public void refund(Charge charge, long now) {
    for (Part part : cluster ? parts(charge) : List.of(part(charge))) {
      refund(part, now);
    }
  }

  private void refund(Part part, long now) {
    if (part.peeked() < part.lines().size()) {
      var _ =
          store.tell(
              QuotaScript.REFUND,
              QuotaScript.refundKeys(part),
              QuotaScript.refundArguments(part, micros.getAsLong(), now));
    }
  }

  @Override
  public void settle(Reservation charge, boolean successful, long now) {
    for (List<String> keys : together(charge)) {
      var _ = tell(unheard.end(keys, successful));
    }
  }

  private CompletionStage<Boolean> tell(UnheardEnds.End end) {
    return store
        .tell(
            QuotaScript.SETTLE,
            end.keys(),
            Long.toString(micros.getAsLong()),
            end.successful() ? "1" : "0")
        .thenApply(heard -> {
          if (!heard) {
            unheard.add(end);
          }
          return heard;
        });
  }

  /** Now that the store can be heard of: a few, and one more for each that was heard. */
  private void tellAgain() {
    // Not until none is left: what is not heard at once is back among them.
    for (int i = 0; i < A_FEW && retellings.tryAcquire(); i++) {
      UnheardEnds.End next = unheard.poll();
      if (next == null) {
        retellings.release();
      } else {
        var _ =
            tell(next)
                .thenAccept(heard -> {
                  retellings.release();
                  if (heard) {
                    tellAgain();
                  }
                });
      }
    }
  }

  @Override
  public void renew(Reservation charge, long now) {
    for (List<String> keys : together(charge)) {
      var _ = store.tell(QuotaScript.RENEW, keys, Long.toString(micros.getAsLong()));
    }
  }

  /** What holds a charge; in a Cluster policies may be on different servers. */
  private List<List<String>> together(Reservation charge) {
    List<String> keys =
        charge.policies().stream()
            .map(policy -> QuotaScript.reserved(policy, charge.id()))
            .toList();
    return cluster ? keys.stream().map(List::of).toList() : List.of(keys);
  }

  @Override
  public void uncounted() {
    unshared.increment();
  }

  @Override
  public int replicas() {
    return Math.max(1, replicas.getAsInt());
  }

  /** Requests whose limits could not be counted together. */
  public long unshared() {
    return unshared.sum();
  }

  /** Times that limits were charged to what was leased. */
  public long spent() {
    return spent.sum();
  }

  /**
   * What somebody found of a counter.
   *
   * @param before it was changed
   * @param now of the store
   */
  public record Change(CounterState before, CounterState after, long now) {}

  /** How the counter of a line stands; waits longer than a request may. */
  public Change look(QuotaLine line) throws StoreException, InterruptedException {
    return change(line, "look", 0);
  }

  /** Forgets what the counter of a line was charged. */
  public Change reset(QuotaLine line) throws StoreException, InterruptedException {
    return change(line, "reset", 0);
  }

  /** Takes back what the counter of a line was charged, as far as anything was. */
  public Change giveBack(QuotaLine line, long units) throws StoreException, InterruptedException {
    return change(line, "grant", units);
  }

  private Change change(QuotaLine line, String action, long units)
      throws StoreException, InterruptedException {
    List<Long> answer =
        store
            .run(
                PATIENCE,
                QuotaScript.CHANGE,
                List.of(QuotaScript.name(line.key())),
                QuotaScript.changeArguments(line, action, units, micros.getAsLong()))
            .stream()
            .map(Long::valueOf)
            .toList();
    refused.invalidate(line.key());
    return new Change(
        CounterState.of(answer.get(1) * MeterTerms.MICRO, answer.get(2)),
        CounterState.of(answer.get(3) * MeterTerms.MICRO, answer.get(4)),
        answer.getFirst() * MeterTerms.MICRO);
  }

  /** Hands back what is leased, and waits for a server to have it, a second at most. */
  @Override
  public void close() {
    leases.close();
    try {
      store.awaitTold(FAREWELL);
    } catch (StoreException e) {
      LOG.atDebug()
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("what was leased may be lost to others");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Refusals for which the store was not asked. */
  public long remembered() {
    return remembered.sum();
  }
}
