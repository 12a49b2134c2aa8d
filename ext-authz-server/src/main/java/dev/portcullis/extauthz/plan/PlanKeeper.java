// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.engine.Engine;
import dev.portcullis.extauthz.addresses.HeldLists;
import dev.portcullis.extauthz.identity.WorkloadIdentity;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.stream.Backoff;
import dev.portcullis.extauthz.stream.Observer;
import dev.portcullis.extauthz.stream.PlanStreamClient;
import dev.portcullis.extauthz.telemetry.RouteDirectory;
import dev.portcullis.policy.plan.RoutePlan;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the plan of this replica current, on a thread of its own. */
public final class PlanKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlanKeeper.class);
  private static final long CLOSE_SECONDS = 5;

  private final PlanStore store;
  private final PlanStatus status;
  private final ScheduledExecutorService planThread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("plan").factory());
  private Runnable stop = () -> {};
  private Runnable afterwards = () -> {};

  /**
   * Puts the parts together.
   *
   * @param keys filled with the plan's issued keys
   * @param secrets filled with the plan's secret material
   * @param lists filled with the plan's lists of addresses
   * @param routes filled with the facts of the plan's routes
   * @param atWork learns all routes after each change
   */
  public PlanKeeper(
      Engine engine,
      ApiKeyDirectory keys,
      SecretVault secrets,
      HeldLists lists,
      RouteDirectory routes,
      Consumer<Collection<RoutePlan>> atWork,
      PlanStatus status,
      InstantSource clock) {
    this.status = status;
    this.store =
        new PlanStore(
            new HeldRoutes(engine, routes, atWork),
            new HeldKeys(keys),
            secrets,
            lists,
            status,
            clock);
  }

  /** Where the plan stands. */
  public PlanStatus status() {
    return status;
  }

  /**
   * Reads a directory, and from then on follows it.
   *
   * @throws IOException when there is no plan, or it cannot be read
   * @throws dev.portcullis.codec.PlanFormatException when a file is not what it should be
   */
  public void follow(PlanSource.Directory source, Runnable ready) throws IOException {
    WatchedPlan plan = new WatchedPlan(new PlanDirectory(source.directory()), store);
    plan.load()
        .forEach((route, why) ->
            LOG.atError()
                .addKeyValue(LogKeys.NAME, route)
                .addKeyValue(LogKeys.CAUSE, why)
                .log("a route cannot be loaded and is closed"));
    ready.run();
    long millis = WatchedPlan.INTERVAL.toMillis();
    // look() lets nothing escape, so that this never ends by itself.
    Future<?> looking =
        planThread.scheduleWithFixedDelay(plan::look, millis, millis, TimeUnit.MILLISECONDS);
    stop = () -> looking.cancel(false);
  }

  /**
   * Follows the operator, starting from the last good plan. Returns at once.
   *
   * @param identity filled with the replica's own certificate; null: it needs none
   * @param observer says what the operator is told of this replica
   */
  public LastGoodPlan follow(
      PlanSource.Operator source,
      @Nullable WorkloadIdentity identity,
      Observer observer,
      Runnable ready) {
    LastGoodPlan lastGood = new LastGoodPlan(new PlanDirectory(source.stateDirectory()));
    StreamedPlan plan = new StreamedPlan(store, lastGood, planThread, ready);
    PlanStreamClient client =
        new PlanStreamClient(
            source.address(),
            source.nodeId(),
            plan,
            identity,
            observer,
            planThread,
            Backoff.standard());
    planThread.execute(() -> plan.restore(source.patience()));
    client.start();
    stop =
        () -> {
          client.close();
          plan.save();
        };
    afterwards = lastGood::close;
    return lastGood;
  }

  /** Follows no longer, and keeps the plan on disk; it stays at work. Waits at most 10 s. */
  @Override
  public void close() {
    try {
      planThread.submit(stop).get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      LOG.warn("the plan thread did not end in time");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a plan that cannot be left", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      planThread.shutdownNow();
    }
    afterwards.run();
  }
}
