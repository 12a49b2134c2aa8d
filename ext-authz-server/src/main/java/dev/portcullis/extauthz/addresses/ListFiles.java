// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.addresses;

import dev.portcullis.extauthz.file.WatchedFile;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.match.AddressListText;
import dev.portcullis.policy.match.CidrSet;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lists of addresses that are mounted, each looked at every two seconds on a thread of their
 * own. One that was replaced is read to its end before it counts; until then, and when it cannot be
 * read, the last good one does. Thread-safe.
 */
public final class ListFiles implements AutoCloseable {
  /** Of one file. */
  static final int MAX_RANGES = 1_000_000;

  /** In bytes; and an eighth of the heap, since reading takes a few times the file's size. */
  static final long MAX_FILE = Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 8);

  private static final Logger LOG = LoggerFactory.getLogger(ListFiles.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Map<String, WatchedFile<CidrSet>> byName;
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("address-lists").factory());

  /** Reads what is there, and looks from then on. */
  public ListFiles(Map<String, Path> files) {
    Map<String, WatchedFile<CidrSet>> watched = new TreeMap<>();
    files.forEach((name, file) -> watched.put(name, new WatchedFile<>(file, new Lists())));
    byName = Map.copyOf(watched);
    look();
    if (!byName.isEmpty()) {
      long millis = INTERVAL.toMillis();
      var _ = looker.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }
  }

  private static final class Lists implements WatchedFile.Kind<CidrSet> {

    @Override
    public CidrSet read(Path file) throws IOException {
      if (Files.size(file) > MAX_FILE) {
        throw new IOException(
            "the file is larger than " + (MAX_FILE >> 20) + " MiB, or than an eighth of the heap");
      }
      AddressListText reader = new AddressListText(MAX_RANGES);
      reader.read("", new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
      if (reader.tooLong()) {
        throw new IOException("it has " + reader.count() + " lines, more than " + MAX_RANGES);
      }
      if (reader.empty()) {
        throw new IOException(AddressListText.EMPTY);
      }
      if (reader.faulty() > 0) {
        AddressListText.Fault first = reader.faults().getFirst();
        throw new IOException(
            reader.faulty()
                + " lines are no addresses, the first is line "
                + first.line()
                + ": "
                + first.problem());
      }
      return reader.ranges();
    }

    @Override
    public void used(Path file, CidrSet ranges) {
      LOG.atInfo()
          .addKeyValue(LogKeys.FILE, file)
          .addKeyValue(LogKeys.COUNT, ranges.size())
          .log("a list of addresses is in use");
    }

    @Override
    public void refused(Path file, Exception cause, boolean first) {
      LOG.atError()
          .addKeyValue(LogKeys.FILE, file)
          .addKeyValue(LogKeys.CAUSE, cause.toString())
          .log(
              first
                  ? "a list of addresses cannot be read; policies that need it refuse"
                  : "a list of addresses cannot be read; the last good one stays");
    }
  }

  private void look() {
    byName.values().forEach(WatchedFile::look);
  }

  /** The ranges of a list; null: there is no such list, or it could never be read. */
  @Nullable CidrSet find(String name) {
    WatchedFile<CidrSet> file = byName.get(name);
    return file == null ? null : file.current();
  }

  /** Files that could not be read so far. */
  public long refused() {
    return byName.values().stream().mapToLong(WatchedFile::refused).sum();
  }

  /** Files that are in use. */
  public int used() {
    return (int) byName.values().stream().filter(each -> each.current() != null).count();
  }

  @Override
  public void close() {
    looker.shutdownNow();
  }
}
