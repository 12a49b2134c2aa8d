// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.UnloadablePlanException;
import dev.portcullis.engine.limit.ChargeId;
import dev.portcullis.engine.limit.CounterKey;
import dev.portcullis.engine.limit.InProcessQuotaStore;
import dev.portcullis.engine.limit.Meter;
import dev.portcullis.engine.limit.QuotaLine;
import dev.portcullis.engine.limit.QuotaState;
import dev.portcullis.engine.request.EpochNanos;
import dev.portcullis.engine.request.RequestContext;
import dev.portcullis.policy.decision.Phase;
import dev.portcullis.policy.plan.Allowance;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A charge to a counter in memory, among few counters and many, chosen at random. */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-Xmx3g")
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class LimiterBenchmark {
  @Param({"1", "1000", "1000000"})
  int counters;

  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
  private final Requests requests = new Requests(SampleRequest.bearing("unused"));
  private InProcessQuotaStore store;
  private Meter meter;
  private String[] clients;

  /** Charges every counter a few times, so that each is in use and none idle. */
  @Setup
  public void fill() throws UnloadablePlanException {
    store = new InProcessQuotaStore(2_000_000);
    meter = Meter.of(new Allowance.Rate(1000, Duration.ofHours(1), 300_000_000));
    clients = new String[counters];
    for (int i = 0; i < counters; i++) {
      clients[i] = "client-" + i;
      for (int j = 0; j < 2; j++) {
        var _ = charge(clients[i]);
      }
    }
  }

  /** Charges. */
  @Benchmark
  public List<QuotaState> charge() {
    return charge(clients[random.nextInt(counters)]);
  }

  long held() {
    return store.size();
  }

  private List<QuotaState> charge(String client) {
    RequestContext request = requests.next();
    return store.charge(
        ChargeId.of(request, Phase.RATES, false),
        List.of(
            new QuotaLine(CounterKey.named("shop/orders/per-client", "client", client), meter, 1)),
        EpochNanos.of(request.receivedAt()));
  }
}
