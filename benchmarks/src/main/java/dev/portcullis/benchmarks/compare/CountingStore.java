// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.compare;

import dev.portcullis.parts.RedisServer;
import java.io.IOException;
import java.util.List;

/** The store that a server counts its limits in. */
final class CountingStore implements AutoCloseable {
  private static final String QUESTIONS =
      "EVAL \"local sum = 0 for calls in string.gmatch(redis.call('INFO', 'commandstats'),"
          + " 'cmdstat_eval%a*:calls=(%d+)') do sum = sum + calls end return sum\" 0";

  private final RedisServer server = RedisServer.start();
  private final ProcessCosts costs = new ProcessCosts(server.process().pid());

  private CountingStore() {}

  static CountingStore start() {
    return new CountingStore();
  }

  /** A store that shares its cores with everything else may need more than is usual. */
  List<String> flags() {
    return List.of("--valkey=" + server.url(), "--valkey-timeout=1s");
  }

  /** Scripts that it has run; each is a question with an answer, and limits ask in no other way. */
  long questions() {
    try {
      return Long.parseLong(server.ask(QUESTIONS).substring(1));
    } catch (IOException | NumberFormatException e) {
      throw new BenchmarkException("the store does not say what it was asked: " + e.getMessage());
    }
  }

  double cpuSeconds() {
    return costs.cpuSeconds();
  }

  @Override
  public void close() {
    server.close();
  }
}
