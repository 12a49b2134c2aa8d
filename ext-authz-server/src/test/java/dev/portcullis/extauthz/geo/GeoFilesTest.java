// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.extauthz.config.GeoConfig;
import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import dev.portcullis.suite.GeoDatabaseFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeoFilesTest {
  private static final Instant BUILT = Instant.parse("2026-11-20T00:00:00Z");
  private static final IpAddress CLIENT = IpAddress.parse("203.0.113.9");

  @TempDir Path directory;

  private static byte[] countries(int recordBits, String... rangesAndCodes) {
    Map<Cidr, Map<String, Object>> networks = new HashMap<>();
    for (int i = 0; i < rangesAndCodes.length; i += 2) {
      networks.put(
          Cidr.parse(rangesAndCodes[i]),
          Map.of("country", Map.of("iso_code", rangesAndCodes[i + 1], "names", Map.of("en", "x"))));
    }
    return GeoDatabaseFile.write("Test-Country", recordBits, BUILT, networks);
  }

  private Path replace(byte[] content) throws IOException {
    Path incoming = Files.write(directory.resolve("incoming"), content);
    return Files.move(
        incoming, directory.resolve("countries.mmdb"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static GeoFiles files(@Nullable Path countries) {
    return new GeoFiles(new GeoConfig(countries, null));
  }

  @ParameterizedTest
  @ValueSource(ints = {24, 28, 32})
  void findsTheNarrowestNetwork(int recordBits) throws IOException {
    Path file =
        replace(
            countries(
                recordBits,
                "203.0.113.0/24",
                "DE",
                "203.0.113.128/25",
                "FR",
                "203.0.113.255",
                "JP",
                "2000::/3",
                "US",
                "2001:db8::/32",
                "BR"));
    try (GeoFiles files = files(file)) {
      assertThat(files.country(CLIENT)).isEqualTo("DE");
      assertThat(files.country(IpAddress.parse("203.0.113.128"))).isEqualTo("FR");
      assertThat(files.country(IpAddress.parse("203.0.113.255"))).isEqualTo("JP");
      assertThat(files.country(IpAddress.parse("::ffff:203.0.113.255"))).isEqualTo("JP");
      assertThat(files.country(IpAddress.parse("203.0.114.0"))).isEmpty();
      assertThat(files.country(IpAddress.parse("2001:db8::1"))).isEqualTo("BR");
      assertThat(files.country(IpAddress.parse("2001:db9::"))).isEqualTo("US");
      // 6to4 leads to the tree of IPv4, and is not followed.
      assertThat(files.country(IpAddress.parse("2002:cb00:7109::1"))).isEmpty();
      assertThat(files.country(IpAddress.parse("::203.0.113.9"))).isEmpty();
      assertThat(files.autonomousSystem(CLIENT)).isNull();
      assertThat(files.built()).isEqualTo(BUILT);
      assertThat(files.used()).isEqualTo(1);
      assertThat(files.refused()).isZero();
    }
  }

  @Test
  void takesNoOtherTextForACountry() throws IOException {
    Path file = replace(countries(24, "203.0.113.0/25", "de", "203.0.113.128/25", "FR"));
    try (GeoFiles files = files(file)) {
      assertThat(files.country(CLIENT)).isEmpty();
      assertThat(files.country(IpAddress.parse("203.0.113.200"))).isEqualTo("FR");
    }
  }

  @Test
  void knowsNothingWithoutDatabases() {
    try (GeoFiles files = files(null)) {
      assertThat(files.country(CLIENT)).isNull();
      assertThat(files.built()).isNull();
      assertThat(files.used()).isZero();
      assertThat(files.refused()).isZero();
    }
  }

  @Test
  void waitsForAFileThatIsNotThereYet() throws IOException {
    Path file = directory.resolve("countries.mmdb");
    try (GeoFiles files = files(file)) {
      assertThat(files.country(CLIENT)).isNull();
      replace(countries(24, "203.0.113.0/24", "DE"));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(files.country(CLIENT)).isEqualTo("DE"));
    }
  }

  @Test
  void followsAReplacedFileAndTheLinksOfAVolume() throws IOException {
    // As the kubelet does it: countries.mmdb -> ..data/countries.mmdb, ..data -> ..1, then ..2.
    volume("..1", countries(24, "203.0.113.0/24", "DE"));
    Path file = directory.resolve("countries.mmdb");
    Files.createSymbolicLink(file, Path.of("..data/countries.mmdb"));
    try (GeoFiles files = files(file)) {
      assertThat(files.country(CLIENT)).isEqualTo("DE");
      volume("..2", countries(28, "203.0.113.0/24", "FR"));
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(files.country(CLIENT)).isEqualTo("FR"));
    }
  }

  private void volume(String version, byte[] content) throws IOException {
    Files.createDirectory(directory.resolve(version));
    Files.write(directory.resolve(version).resolve("countries.mmdb"), content);
    Path link = Files.createSymbolicLink(directory.resolve("..tmp"), Path.of(version));
    Files.move(link, directory.resolve("..data"), StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void keepsTheLastGoodOneWhenTheFileIsDamagedOrGone() throws IOException {
    byte[] good = countries(24, "203.0.113.0/24", "DE", "2001:db8::/32", "BR");
    Path file = replace(good);
    WatchedDatabase<String> database = new WatchedDatabase<>(file, GeoFiles::country, "");
    database.look();
    int refused = 0;
    for (byte[] bad :
        new byte[][] {
          {},
          "no database".getBytes(StandardCharsets.UTF_8),
          Arrays.copyOf(good, good.length / 2),
          Arrays.copyOfRange(good, 64, good.length),
          countries(24, "203.0.113.0/24", "not a code"),
        }) {
      replace(bad);
      database.look();
      database.look();
      assertThat(database.refused()).isEqualTo(++refused);
      assertThat(database.find(CLIENT)).isEqualTo("DE");
    }
    Files.delete(file);
    database.look();
    assertThat(database.find(CLIENT)).isEqualTo("DE");
    replace(countries(24, "203.0.113.0/24", "FR"));
    database.look();
    assertThat(database.find(CLIENT)).isEqualTo("FR");
  }

  /** A tree of a hundred nodes, each of which leads to the next on both sides, has 2^100 ends. */
  @Test
  void endsItsWalkThroughATreeThatIsNone() throws IOException {
    byte[] knot = countries(32, "2001:db8::/100", "DE");
    int nodes = 0;
    for (int at = 0; at + 8 <= 90 * 8; at += 8) {
      int next = at / 8 + 1;
      for (int side : new int[] {0, 4}) {
        knot[at + side] = 0;
        knot[at + side + 1] = 0;
        knot[at + side + 2] = (byte) (next >>> 8);
        knot[at + side + 3] = (byte) next;
      }
      nodes++;
    }
    assertThat(nodes).isEqualTo(90);
    WatchedDatabase<String> database = new WatchedDatabase<>(replace(knot), GeoFiles::country, "");
    database.look();
    assertThat(database.refused()).isEqualTo(1);
    assertThat(database.find(CLIENT)).isNull();
  }

  /** Bytes changed at random: whatever comes of it, it comes soon, and nothing is thrown. */
  @Test
  void survivesDamageAnywhere() throws IOException {
    byte[] good = countries(28, "203.0.113.0/24", "DE", "198.51.100.0/24", "FR", "2000::/3", "US");
    Random random = new Random(20_261_122);
    long refused = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] damaged = good.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      WatchedDatabase<String> database =
          new WatchedDatabase<>(replace(damaged), GeoFiles::country, "");
      database.look();
      String found = database.find(CLIENT);
      assertThat(found == null).isEqualTo(database.refused() == 1);
      refused += database.refused();
    }
    assertThat(refused).isBetween(200L, 1900L);
  }
}
