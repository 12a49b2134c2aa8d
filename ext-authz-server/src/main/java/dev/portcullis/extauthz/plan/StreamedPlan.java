// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.extauthz.stream.PlanChange;
import dev.portcullis.extauthz.stream.PlanKind;
import dev.portcullis.extauthz.stream.PlanReceiver;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the operator and keeps what it said on disk.
 *
 * <p>At the start the last good plan decides at once, but the replica does not call itself ready
 * before the operator has spoken, has proved unreachable or has been silent for a while: a plan may
 * have grown old on disk. Without a last good plan it waits for the operator however long it takes.
 */
final class StreamedPlan implements PlanReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(StreamedPlan.class);
  private static final Duration SAVE_DELAY = Duration.ofSeconds(1);

  private final PlanStore store;
  private final LastGoodPlan lastGood;
  private final ScheduledExecutorService planThread;
  private final Runnable ready;
  private boolean restored;
  private boolean isReady;
  private boolean savePending;

  StreamedPlan(
      PlanStore store, LastGoodPlan lastGood, ScheduledExecutorService planThread, Runnable ready) {
    this.store = store;
    this.lastGood = lastGood;
    this.planThread = planThread;
    this.ready = ready;
  }

  /**
   * Puts the last good plan to work, if there is one.
   *
   * @param patience how long the operator may be silent before that plan counts as current
   */
  void restore(Duration patience) {
    Optional<LastGoodPlan.Kept> kept = lastGood.read();
    if (kept.isEmpty()) {
      return;
    }
    Map<String, String> failures = store.replace(kept.get().plan(), Map.of(), kept.get().lists());
    restored = true;
    LOG.atInfo()
        .addKeyValue(LogKeys.ROUTES, kept.get().plan().routes().size() - failures.size())
        .log("deciding by the last good plan until the operator speaks");
    var _ = planThread.schedule(this::becomeReady, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public Map<String, String> held(PlanKind kind) {
    return store.held(kind);
  }

  @Override
  public Map<String, String> take(PlanChange change) {
    Map<String, String> failures = store.take(change);
    if (change.kind() != PlanKind.SECRET) {
      saveSoon();
    }
    if (change.kind() == PlanKind.ROUTE) {
      // Routes come last, so that by now their secrets, lists and keys are here.
      becomeReady();
    }
    return failures;
  }

  @Override
  public void connected(boolean connected) {
    store.status().connected(connected);
    if (!connected && restored) {
      becomeReady();
    }
  }

  private void becomeReady() {
    if (!isReady) {
      isReady = true;
      ready.run();
    }
  }

  private void saveSoon() {
    if (!savePending) {
      savePending = true;
      var _ = planThread.schedule(this::save, SAVE_DELAY.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Keeps what has changed since the last time, if anything has. */
  void save() {
    if (savePending) {
      savePending = false;
      lastGood.keep(store.snapshot(), store.lists());
    }
  }
}
