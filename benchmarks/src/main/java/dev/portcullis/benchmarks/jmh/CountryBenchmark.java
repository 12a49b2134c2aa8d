// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.jmh;

import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.extauthz.config.GeoConfig;
import dev.portcullis.extauthz.geo.GeoFiles;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.suite.GeoDatabaseFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The country of an address alone, from databases of different size; published ones have some
 * hundred thousand networks. Each request asks for another address, as clients do.
 */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // JMH fills parameters and calls the set-up.
public class CountryBenchmark {
  private static final int ADDRESSES = 4096;
  private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

  @Param({"10000", "100000", "600000"})
  int networks;

  private GeoSource geo;
  private IpAddress[] addresses;
  private int next;

  /** Writes a database of random networks, and reads it. */
  @Setup
  public void load() throws IOException {
    Random random = new Random(20_261_122);
    Map<Cidr, Map<String, Object>> known = new HashMap<>();
    while (known.size() < networks) {
      known.put(
          new Cidr(ipv4(random), 96 + 16 + random.nextInt(9)),
          Map.of("country", Map.of("iso_code", code(random))));
    }
    Path file = Files.createTempFile("countries-", ".mmdb");
    try {
      Files.write(file, GeoDatabaseFile.write("Benchmark", 28, Instant.EPOCH, known));
      // It answers from memory after it is closed; only the looking ends.
      try (GeoFiles files = new GeoFiles(new GeoConfig(file, null))) {
        geo = files;
      }
    } finally {
      Files.delete(file);
    }
    addresses = new IpAddress[ADDRESSES];
    for (int i = 0; i < ADDRESSES; i++) {
      addresses[i] = ipv4(random);
    }
  }

  private static IpAddress ipv4(Random random) {
    return new IpAddress(0, IPV4_MAPPED | (random.nextInt() & 0xFFFF_FFFFL));
  }

  private static String code(Random random) {
    return String.valueOf(
        new char[] {(char) ('A' + random.nextInt(15)), (char) ('A' + random.nextInt(16))});
  }

  /** Looks one up; empty: it is in none of the networks. */
  @Benchmark
  public @Nullable String country() {
    next = (next + 1) % ADDRESSES;
    return geo.country(addresses[next]);
  }
}
