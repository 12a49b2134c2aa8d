// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A bounded number of calls that some callers share. Thread-safe. */
final class Calls {
  private static final long PATIENCE_MINUTES = 10;

  private final AtomicInteger claimed = new AtomicInteger();
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
  private final CountDownLatch callers;
  private final long[] latencies;

  Calls(int count, int callers) {
    this.latencies = new long[count];
    this.callers = new CountDownLatch(callers);
  }

  /** The number of the next call; negative when there are no more. */
  int claim() {
    int number = claimed.getAndIncrement();
    return number < latencies.length && failure.get() == null ? number : -1;
  }

  /** A server that refuses what it should allow is not measured but reported. */
  void answered(CheckResponse answer) {
    if (answer.getStatus().getCode() != 0 || !answer.hasOkResponse()) {
      failed("a check was refused: " + answer.getStatus());
    }
  }

  void took(int number, long nanos) {
    latencies[number] = nanos;
  }

  void failed(String why) {
    failure.compareAndSet(null, why);
  }

  void callerIsDone() {
    callers.countDown();
  }

  /**
   * Nanoseconds of each call, when all are done.
   *
   * @throws BenchmarkException when a call failed or was refused, or all took too long
   */
  long[] await() throws InterruptedException {
    if (!callers.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
      throw new BenchmarkException("calls are not done after " + PATIENCE_MINUTES + " minutes");
    }
    String why = failure.get();
    if (why != null) {
      throw new BenchmarkException(why);
    }
    return latencies;
  }
}
