// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.quota;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.CounterState;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.request.EpochNanos;
import dev.portcullis.extauthz.limit.StoredQuotas;
import dev.portcullis.extauthz.valkey.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Does with a counter what it is asked to: here, or in the shared store. Thread-safe. */
public final class QuotaDesk {
  private final NamedLimits limits;
  private final InProcessQuotaStore own;
  private final @Nullable StoredQuotas stored;
  private final InstantSource clock;

  /** What came of it. */
  public sealed interface Result {
    /**
     * It is done.
     *
     * @param everywhere whether all replicas count with this counter; else each has its own
     */
    record Done(boolean everywhere, CounterReport report) implements Result {}

    /**
     * There is no such limit.
     *
     * @param others that its policy has
     */
    record NoLimit(List<String> others) implements Result {}

    /** It cannot be done now. */
    record NotNow(String cause) implements Result {}
  }

  /** Reads a counter, for one allowance. */
  @FunctionalInterface
  private interface Reading {
    QuotaState of(Meter meter);
  }

  /**
   * Opens it.
   *
   * @param stored null: there is no shared store, and each replica counts alone
   */
  public QuotaDesk(
      NamedLimits limits,
      InProcessQuotaStore own,
      @Nullable StoredQuotas stored,
      InstantSource clock) {
    this.limits = limits;
    this.own = own;
    this.stored = stored;
    this.clock = clock;
  }

  /**
   * Does it; waits for the shared store, a second at most.
   *
   * @throws MalformedTextException saying to the caller what is wrong
   */
  public Result carryOut(QuotaOrder order) throws MalformedTextException {
    NamedLimit limit = limits.find(order.limit());
    if (limit == null) {
      return new Result.NoLimit(
          limits.of(order.limit().substring(0, order.limit().lastIndexOf('/'))));
    }
    if (limit.isAtOnce() && order.action() != QuotaOrder.Action.GET) {
      throw new MalformedTextException(
          "the limit bounds what is under way; it has room again when requests end");
    }
    CounterKey key = limit.key(order.owner());
    QuotaLine line = new QuotaLine(key, limit.meter(order.plan()), 1);
    if (!limit.isShared() || stored == null) {
      return new Result.Done(false, here(order, limit, line));
    }
    try {
      return new Result.Done(true, inTheStore(stored, order, limit, line));
    } catch (StoreException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return new Result.NotNow(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result.NotNow("interrupted while the shared store was asked");
    }
  }

  /** Whether what is asked for is one counter of all replicas. */
  public boolean isInTheStore(QuotaOrder order) {
    NamedLimit limit = limits.find(order.limit());
    return stored != null && limit != null && limit.isShared();
  }

  private CounterReport here(QuotaOrder order, NamedLimit limit, QuotaLine line) {
    long now = EpochNanos.of(clock.instant());
    long before = own.peek(List.of(line), now).getFirst().remaining();
    switch (order.action()) {
      case GET -> {}
      case RESET -> own.reset(line);
      case GRANT -> own.giveBack(line, order.units(), now);
    }
    return report(
        limit,
        meter -> own.peek(List.of(new QuotaLine(line.key(), meter, 1)), now).getFirst(),
        line.meter(),
        before,
        now);
  }

  private static CounterReport inTheStore(
      StoredQuotas stored, QuotaOrder order, NamedLimit limit, QuotaLine line)
      throws StoreException, InterruptedException {
    StoredQuotas.Change change =
        switch (order.action()) {
          case GET -> stored.look(line);
          case RESET -> stored.reset(line);
          case GRANT -> stored.giveBack(line, order.units());
        };
    CounterState after = change.after();
    return report(
        limit,
        meter -> meter.peek(after, 1, change.now()),
        line.meter(),
        line.meter().peek(change.before(), 1, change.now()).remaining(),
        change.now());
  }

  private static CounterReport report(
      NamedLimit limit, Reading reading, Meter asked, long before, long now) {
    List<CounterReport.Standing> standings = new ArrayList<>();
    for (Map.Entry<String, Meter> each : limit.meters().entrySet()) {
      QuotaState state = reading.of(each.getValue());
      standings.add(
          new CounterReport.Standing(
              each.getKey(),
              each.getValue().capacity(),
              state.remaining(),
              instant(now).plusSeconds(state.resetSeconds())));
    }
    return new CounterReport(Math.max(0, reading.of(asked).remaining() - before), standings);
  }

  /** In whole seconds, rounded down: what is said of a reset is rounded up. */
  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(TimeUnit.NANOSECONDS.toSeconds(nanos));
  }
}
