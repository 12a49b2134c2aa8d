// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.addresses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.portcullis.policy.match.CidrSet;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListFilesTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("exits.txt");
  }

  private void replace(String content) throws IOException {
    Path incoming = Files.writeString(directory.resolve("incoming"), content);
    Files.move(incoming, file(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static boolean has(ListFiles files, String address) {
    return Objects.requireNonNull(files.find("exits")).contains(IpAddress.parse(address));
  }

  @Test
  void readsAgainWhatIsReplaced() throws IOException {
    replace("# exits\n192.0.2.0/24\n");
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      assertThat(has(files, "192.0.2.1")).isTrue();
      assertThat(has(files, "198.51.100.1")).isFalse();
      assertThat(files.find("others")).isNull();
      assertThat(files.used()).isOne();
      replace("198.51.100.0/24\r\n");
      await().atMost(SOON).until(() -> has(files, "198.51.100.1"));
      assertThat(has(files, "192.0.2.1")).isFalse();
      assertThat(files.refused()).isZero();
    }
  }

  @Test
  void keepsTheLastGoodListWhileTheFileIsNone() throws IOException {
    replace("192.0.2.0/24\n");
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      replace("198.51.100.0/24\n<html>\n");
      await().atMost(SOON).until(() -> files.refused() == 1);
      assertThat(has(files, "192.0.2.1")).isTrue();
      assertThat(has(files, "198.51.100.1")).isFalse();
      Files.delete(file());
      await().atMost(SOON).until(() -> files.refused() == 2);
      assertThat(has(files, "192.0.2.1")).isTrue();
      replace("198.51.100.0/24\n");
      await().atMost(SOON).until(() -> has(files, "198.51.100.1"));
    }
  }

  /** What a job leaves that fetched nothing. */
  @Test
  void keepsTheLastGoodListWhileTheFileIsEmpty() throws IOException {
    replace("192.0.2.0/24\n");
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      replace("");
      await().atMost(SOON).until(() -> files.refused() == 1);
      assertThat(has(files, "192.0.2.1")).isTrue();
      replace("# exits of today\n\n");
      await().atMost(SOON).until(() -> files.refused() == 2);
      assertThat(has(files, "192.0.2.1")).isTrue();
      replace("0.0.0.0/32\n");
      await().atMost(SOON).until(() -> !has(files, "192.0.2.1"));
    }
  }

  @Test
  void waitsForAFileThatIsNotThereYet() throws IOException {
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      assertThat(files.find("exits")).isNull();
      assertThat(files.used()).isZero();
      assertThat(files.refused()).isOne();
      replace("192.0.2.0/24\n");
      await().atMost(SOON).until(() -> files.find("exits") != null);
      assertThat(has(files, "192.0.2.1")).isTrue();
    }
  }

  @Test
  void readsAHundredThousandRanges() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 100_000; i++) {
      text.append(1 + i / 65_536).append('.').append(i / 256 % 256).append('.').append(i % 256);
      text.append(i % 2 == 0 ? ".0/25\n" : ".77 # one\n");
    }
    replace(text.toString());
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      CidrSet ranges = Objects.requireNonNull(files.find("exits"));
      assertThat(ranges.size()).isEqualTo(100_000);
      assertThat(has(files, "2.134.158.127")).isTrue();
      assertThat(has(files, "2.134.158.128")).isFalse();
      assertThat(has(files, "2.134.159.77")).isTrue();
      assertThat(has(files, "2.134.160.1")).isFalse();
    }
  }

  @Test
  void refusesWhatIsTooLongOrTooLarge() throws IOException {
    replace("1.1.1.1\n".repeat(ListFiles.MAX_RANGES + 1));
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      assertThat(files.find("exits")).isNull();
    }
    try (FileChannel sparse = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      sparse.write(
          ByteBuffer.wrap("1.1.1.1".getBytes(StandardCharsets.US_ASCII)), ListFiles.MAX_FILE);
    }
    try (ListFiles files = new ListFiles(Map.of("exits", file()))) {
      assertThat(files.find("exits")).isNull();
      assertThat(files.refused()).isOne();
    }
  }
}
