// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.plan;

import dev.portcullis.codec.PlanDirectory;
import dev.portcullis.codec.PlanFormatException;
import dev.portcullis.codec.PlanSnapshot;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.plan.AddressList;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plan on disk from which a replica starts when the operator is away. Holds no secret material.
 * Written by a thread of its own, because a disk may be slow.
 */
public final class LastGoodPlan implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LastGoodPlan.class);
  private static final long CLOSE_SECONDS = 5;

  private final PlanDirectory directory;
  private final LongAdder failures = new LongAdder();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("last-good-plan").factory());

  /**
   * What was kept.
   *
   * @param lists of addresses, by their hashes
   */
  record Kept(PlanSnapshot plan, SortedMap<String, AddressList> lists) {}

  /** Keeps the plan in a directory of its own. */
  public LastGoodPlan(PlanDirectory directory) {
    this.directory = directory;
  }

  /** What was kept; empty when there is nothing that can be used, which is logged if it is odd. */
  Optional<Kept> read() {
    try {
      PlanSnapshot plan = directory.readPlan();
      return Optional.of(new Kept(plan, directory.readLists(plan)));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | PlanFormatException e) {
      LOG.atWarn()
          .addKeyValue(LogKeys.FILE, directory.planFile())
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("the last good plan cannot be read; waiting for the operator's");
      return Optional.empty();
    }
  }

  /** Keeps a plan instead of the one before. Returns at once. */
  void keep(PlanSnapshot plan, List<AddressList> lists) {
    writer.execute(() -> write(plan, lists));
  }

  private void write(PlanSnapshot plan, List<AddressList> lists) {
    try {
      directory.writePlan(plan, lists);
    } catch (IOException e) {
      failures.increment();
      LOG.atError()
          .addKeyValue(LogKeys.FILE, directory.planFile())
          .addKeyValue(LogKeys.CAUSE, e.getMessage())
          .log("the plan could not be kept on disk");
    }
  }

  /** How often the disk refused. */
  public long failures() {
    return failures.sum();
  }

  /** Waits for what is being written, at most 5 s. */
  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("the disk is too slow; the last changes of the plan are not kept");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
