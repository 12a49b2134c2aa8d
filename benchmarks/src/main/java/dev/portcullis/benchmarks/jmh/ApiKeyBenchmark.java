// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.benchmarks.scenario.Plans;
import dev.portcullis.benchmarks.scenario.SampleRequest;
import dev.portcullis.engine.Engine;
import dev.portcullis.engine.decision.Decision;
import dev.portcullis.extauthz.plan.ApiKeyDirectory;
import dev.portcullis.policy.apikey.ApiKeyText;
import dev.portcullis.policy.plan.ApiKeyRecord;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A decision by API key, among few keys and many. */
@State(Scope.Thread)
@Fork(jvmArgsAppend = "-Xmx3g")
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class ApiKeyBenchmark {
  private static final int CALLERS = 1024;

  @Param({"10", "10000", "1000000"})
  int keys;

  private final List<Requests> callers = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
  private ApiKeyDirectory directory;
  private Engine engine;

  /** Issues the keys; a sample of their owners calls. */
  @Setup
  public void issue() {
    SecureRandom secure = new SecureRandom();
    directory = new ApiKeyDirectory();
    int every = Math.max(1, keys / CALLERS);
    for (int i = 0; i < keys; i++) {
      ApiKeyText key = ApiKeyText.generate(secure);
      directory.put(Plans.apiKey("key-" + i, "client-" + i, key));
      if (i % every == 0 && callers.size() < CALLERS) {
        callers.add(new Requests(new SampleRequest("x-api-key", key.reveal())));
        ids.add(key.id());
      }
    }
    engine =
        Engines.of(
            Plans.route(Plans.authentication(Plans.apiKeyMethod()), null, List.of(), null),
            directory);
  }

  /** Decides a request of one of them, chosen at random. */
  @Benchmark
  public Decision decide() {
    return engine.decide(Plans.ROUTE.value(), callers.get(random.nextInt(callers.size())).next());
  }

  /** Finds the key of one of them and does nothing else. */
  @Benchmark
  public @Nullable ApiKeyRecord find() {
    return directory.find(Plans.ROUTE.namespace(), ids.get(random.nextInt(ids.size())));
  }
}
