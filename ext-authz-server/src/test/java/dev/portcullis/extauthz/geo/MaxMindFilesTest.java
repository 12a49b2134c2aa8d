// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.portcullis.extauthz.config.GeoConfig;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The databases with which MaxMind's own readers are tested, which are no part of this project:
 * where they are absent the tests are reported as skipped, with the place they looked at.
 */
class MaxMindFilesTest {
  @TempDir Path directory;

  /** Beside the project's root, or beside the folder of worktrees that holds it. */
  private static Path data() {
    Path home = Path.of(System.getProperty("portcullis.home", ".")).toAbsolutePath().normalize();
    Path file = Path.of("shared/data/maxmind");
    Path beside = home.resolveSibling(file);
    Path further = requireNonNull(home.getParent(), "root").resolveSibling(file);
    Path found = Files.exists(further) ? further : beside;
    assumeTrue(Files.exists(found), "skipped: MaxMind's test databases are missing at " + found);
    return found;
  }

  @ParameterizedTest
  @CsvSource({"GeoIP2-Country-Test.mmdb", "GeoLite2-Country-Test.mmdb", "GeoIP2-City-Test.mmdb"})
  void tellsCountries(String name) {
    try (GeoFiles files = new GeoFiles(new GeoConfig(data().resolve(name), null))) {
      assertThat(files.country(IpAddress.parse("81.2.69.160"))).isEqualTo("GB");
      assertThat(files.country(IpAddress.parse("81.2.69.191"))).isEqualTo("GB");
      assertThat(files.country(IpAddress.parse("89.160.20.112"))).isEqualTo("SE");
      assertThat(files.country(IpAddress.parse("2001:218::"))).isEqualTo("JP");
      assertThat(files.country(IpAddress.parse("2001:218:ffff::1"))).isEqualTo("JP");
      assertThat(files.country(IpAddress.parse("127.0.0.1"))).isEmpty();
      assertThat(files.country(IpAddress.parse("::1"))).isEmpty();
      assertThat(files.refused()).isZero();
    }
  }

  @Test
  void tellsNetworks() {
    Path file = data().resolve("GeoLite2-ASN-Test.mmdb");
    try (GeoFiles files = new GeoFiles(new GeoConfig(null, file))) {
      assertThat(files.autonomousSystem(IpAddress.parse("1.128.0.0"))).isEqualTo(1221);
      assertThat(files.autonomousSystem(IpAddress.parse("1.159.255.255"))).isEqualTo(1221);
      assertThat(files.autonomousSystem(IpAddress.parse("2600:6000::"))).isEqualTo(237);
      assertThat(files.autonomousSystem(IpAddress.parse("127.0.0.1"))).isZero();
      assertThat(files.country(IpAddress.parse("1.128.0.0"))).isNull();
    }
  }

  @Test
  void refusesADatabaseOfAnotherKind() {
    for (String name : List.of("GeoLite2-ASN-Test.mmdb", "GeoIP2-Anonymous-IP-Test.mmdb")) {
      try (GeoFiles files = new GeoFiles(new GeoConfig(data().resolve(name), null))) {
        assertThat(files.country(IpAddress.parse("1.128.0.0"))).as(name).isNull();
        assertThat(files.refused()).isEqualTo(1);
      }
    }
  }

  /** Each one of them, put in the place of a good one that is in use. */
  @TestFactory
  Stream<DynamicTest> keepsTheLastGoodOneInsteadOfABadOne() throws IOException {
    Path data = data();
    List<Path> bad;
    try (Stream<Path> files = Files.list(data.resolve("bad"))) {
      bad = files.sorted().toList();
    }
    assertThat(bad).hasSizeGreaterThanOrEqualTo(21);
    return bad.stream()
        .map(file ->
            dynamicTest(
                file.getFileName().toString(),
                () -> {
                  Path used = directory.resolve("used-" + file.getFileName());
                  Files.copy(data.resolve("GeoLite2-Country-Test.mmdb"), used);
                  WatchedDatabase<String> database =
                      new WatchedDatabase<>(used, GeoFiles::country, "");
                  database.look();
                  assertThat(database.find(IpAddress.parse("89.160.20.112"))).isEqualTo("SE");
                  Path incoming = Files.copy(file, directory.resolve("new-" + file.getFileName()));
                  Files.move(incoming, used, StandardCopyOption.REPLACE_EXISTING);
                  long start = System.nanoTime();
                  database.look();
                  assertThat(database.refused()).isEqualTo(1);
                  assertThat(database.find(IpAddress.parse("89.160.20.112"))).isEqualTo("SE");
                  assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(5).toNanos());
                }));
  }
}
