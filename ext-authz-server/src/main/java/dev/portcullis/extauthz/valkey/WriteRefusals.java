// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.valkey;

import dev.portcullis.extauthz.log.LogKeys;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A store that has no room answers everybody, and so its session goes on: what only reads is done,
 * and so is what frees room. The questions that would write are asked on, for nothing else tells
 * that there is room again; each costs one answer. Scripts that only read succeed all the while, so
 * one that was done says nothing before some time has passed without a refusal. Whoever shares
 * something signs in every two seconds, by a script that writes.
 */
/** Whether the shared store takes writes, as far as its answers tell. Thread-safe. */
final class WriteRefusals {
  private static final Logger LOG = LoggerFactory.getLogger(WriteRefusals.class);

  /** A server without room, without a disk, without replicas; older ones let scripts quote them. */
  private static final Pattern CODES = Pattern.compile("\\b(OOM|MISCONF|NOREPLICAS)\\b");

  private final String address;
  private final long calmNanos;
  private final AtomicReference<@Nullable Refusal> latest = new AtomicReference<>();

  /**
   * A write that was refused.
   *
   * @param at by {@link System#nanoTime}
   */
  private record Refusal(long at) {}

  /**
   * Begins with a store that takes writes.
   *
   * @param address for the log
   * @param calm for how long none may have been refused before they are said to be taken again
   */
  WriteRefusals(String address, Duration calm) {
    this.address = address;
    this.calmNanos = calm.toNanos();
  }

  /**
   * The store answered by an error.
   *
   * @return the error's code, if it is that writes are not taken
   */
  @Nullable String heard(String error) {
    Matcher found = CODES.matcher(error);
    if (!found.find()) {
      return null;
    }
    if (latest.getAndSet(new Refusal(System.nanoTime())) == null) {
      LOG.atWarn()
          .addKeyValue(LogKeys.ADDRESS, address)
          .addKeyValue(LogKeys.CAUSE, found.group())
          .log("the shared store takes no writes");
    }
    return found.group();
  }

  /** A session begins. What was away took no writes, nor did it refuse any. */
  void begin() {
    latest.updateAndGet(refusal -> refusal == null ? null : new Refusal(System.nanoTime()));
  }

  /** A script was done. */
  void done() {
    Refusal refusal = latest.get();
    if (refusal != null
        && System.nanoTime() - refusal.at >= calmNanos
        && latest.compareAndSet(refusal, null)) {
      LOG.atInfo().addKeyValue(LogKeys.ADDRESS, address).log("the shared store takes writes again");
    }
  }

  /** Whether none was refused lately. */
  boolean none() {
    return latest.get() == null;
  }
}
