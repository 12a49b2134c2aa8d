// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.jwks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.engine.authentication.keys.KeyFetch;
import dev.portcullis.engine.authentication.keys.RemoteKeySet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class KeptKeySetsTest {
  private static final String URI = "https://idp.example.com/jwks";
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  @TempDir Path parent;
  private Path directory;
  private KeptKeySets kept;
  private String keys;

  @BeforeEach
  void start() throws Exception {
    directory = parent.resolve("key-sets");
    kept = new KeptKeySets(directory);
    try (TestIssuer issuer = new TestIssuer()) {
      keys = issuer.keys();
    }
  }

  private void keep(String uri) {
    kept.keep(uri, keys.getBytes(StandardCharsets.UTF_8), NOW);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }

  private RemoteKeySets whileTheIssuerIsAway(Instant now) {
    return new RemoteKeySets(
        _ -> {
          throw new IOException("away");
        },
        kept,
        () -> now);
  }

  @Test
  void givesBackWhatItKeptAsOldAsItIs() throws Exception {
    assertThat(kept.read(URI)).isEmpty();
    keep(URI);
    assertThat(kept.read("https://other.example.com/jwks")).isEmpty();
    assertThat(files()).hasSize(1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().getFirst())))
        .isEqualTo("rw-------");
    try (RemoteKeySets sets = whileTheIssuerIsAway(NOW.minusSeconds(1))) {
      assertThat(sets.keysAt(URI).current()).isNotNull();
      assertThat(sets.stale()).isZero();
    }
    try (RemoteKeySets sets = whileTheIssuerIsAway(NOW)) {
      RemoteKeySet set = sets.keysAt(URI);
      assertThat(set.current()).isNotNull();
      assertThat(sets.stale()).isOne();
      await().atMost(Duration.ofSeconds(10)).until(() -> sets.failures() == 1);
      assertThat(set.current()).isNotNull();
    }
    // A clock that was wrong then does not make keys fresh for years.
    try (RemoteKeySets sets = whileTheIssuerIsAway(NOW.minus(Duration.ofDays(1000)))) {
      assertThat(sets.keysAt(URI).state().freshUntil())
          .isEqualTo(NOW.minus(Duration.ofDays(1000)).plus(Duration.ofHours(1)));
    }
  }

  @Test
  void keepsWhatIsFetchedAndForgetsWhatNothingRefersTo() throws Exception {
    KeyFetch issuer =
        _ -> new KeyFetch.Answer(keys.getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(5));
    try (RemoteKeySets sets = new RemoteKeySets(issuer, kept, () -> NOW)) {
      sets.keysAt(URI);
      sets.keysAt("https://b.example.com/jwks");
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> kept.read(URI).isPresent() && files().size() == 2);
      assertThat(kept.read(URI).orElseThrow().freshUntil()).isEqualTo(NOW.plusSeconds(300));
      sets.retain(Set.of(URI));
      assertThat(files()).hasSize(1);
      assertThat(kept.read(URI)).isPresent();
    }
  }

  @Test
  void keepsNothingThatIsNoKeySet() throws Exception {
    KeyFetch issuer =
        _ -> new KeyFetch.Answer("{}".getBytes(StandardCharsets.UTF_8), Duration.ofMinutes(5));
    try (RemoteKeySets sets = new RemoteKeySets(issuer, kept, () -> NOW)) {
      sets.keysAt(URI);
      await().atMost(Duration.ofSeconds(10)).until(() -> sets.failures() == 1);
      assertThat(kept.read(URI)).isEmpty();
    }
  }

  @Test
  void startsWithoutWhatCannotBeRead() throws Exception {
    keep(URI);
    Path file = files().getFirst();
    String good = Files.readString(file);
    List<String> bad =
        List.of(
            "",
            "portcullis key set 1\n",
            good.substring(0, good.length() - 5),
            good.replace("set 1", "set 2"),
            good.replace("idp.example.com", "idp.example.org"),
            good.replace("2026-11-22", "yesterday"),
            good.replace("\"EC\"", "\"oct\""),
            "x".repeat(3 << 20),
            good + " ".repeat(2 << 20));
    for (String each : bad) {
      Files.writeString(file, each);
      try (RemoteKeySets sets = whileTheIssuerIsAway(NOW)) {
        assertThat(sets.keysAt(URI).current())
            .as(each.substring(0, Math.min(80, each.length())))
            .isNull();
      }
    }
    assertThat(kept.failures()).isZero();
  }

  @Test
  void countsWhenTheDiskRefuses() throws Exception {
    Files.writeString(directory, "a file where the directory should be");
    keep(URI);
    assertThat(kept.failures()).isOne();
    assertThat(kept.read(URI)).isEmpty();
  }
}
