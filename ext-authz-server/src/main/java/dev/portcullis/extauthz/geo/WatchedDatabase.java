// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import dev.portcullis.extauthz.file.WatchedFile;
import dev.portcullis.extauthz.log.LogKeys;
import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file and the last good database that was read from it. One thread looks, any may ask. */
final class WatchedDatabase<V> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedDatabase.class);

  private final WatchedFile<GeoDatabase<V>> file;
  private final V unknown;

  /**
   * Reads nothing yet.
   *
   * @param unknown what is found where the database has nothing
   */
  WatchedDatabase(Path file, Function<Map<?, ?>, @Nullable V> value, V unknown) {
    this.file = new WatchedFile<>(file, new Databases<>(value));
    this.unknown = unknown;
  }

  private record Databases<V>(Function<Map<?, ?>, @Nullable V> value)
      implements WatchedFile.Kind<GeoDatabase<V>> {

    @Override
    public GeoDatabase<V> read(Path file) throws IOException {
      return GeoDatabase.read(file, value);
    }

    @Override
    public void used(Path file, GeoDatabase<V> read) {
      LOG.atInfo()
          .addKeyValue(LogKeys.FILE, file)
          .addKeyValue(LogKeys.BUILT, read.built())
          .addKeyValue(LogKeys.COUNT, read.size())
          .log("a geo database is in use");
    }

    @Override
    public void refused(Path file, Exception cause, boolean first) {
      LOG.atError()
          .addKeyValue(LogKeys.FILE, file)
          .addKeyValue(LogKeys.CAUSE, cause.toString())
          .log(
              first
                  ? "a geo database cannot be read; policies that need it refuse"
                  : "a geo database cannot be read; the last good one stays");
    }
  }

  /** Reads the file if it is another one than last time. Never throws. */
  void look() {
    file.look();
  }

  /** What the address's network has; null: there is no database. */
  @Nullable V find(IpAddress address) {
    GeoDatabase<V> database = file.current();
    if (database == null) {
      return null;
    }
    V found = database.find(address);
    return found == null ? unknown : found;
  }

  /** When the database in use was made; null: there is none. */
  @Nullable Instant built() {
    GeoDatabase<V> database = file.current();
    return database == null ? null : database.built();
  }

  /** Files that could not be read so far. */
  long refused() {
    return file.refused();
  }
}
