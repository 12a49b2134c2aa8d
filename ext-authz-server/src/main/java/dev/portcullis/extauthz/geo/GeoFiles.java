// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import dev.portcullis.engine.port.GeoSource;
import dev.portcullis.extauthz.config.GeoConfig;
import dev.portcullis.policy.match.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The databases that are mounted, each looked at every two seconds on a thread of their own. One
 * that was replaced is read to its end before it answers; until then, and when it cannot be read,
 * the last good one does. Thread-safe.
 */
public final class GeoFiles implements GeoSource, AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");

  private final @Nullable WatchedDatabase<String> countries;
  private final @Nullable WatchedDatabase<Long> systems;
  private final List<WatchedDatabase<?>> all;
  private final ScheduledExecutorService looker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("geo").factory());

  /** Reads what is there, and looks from then on. */
  public GeoFiles(GeoConfig config) {
    this.countries = watched(config.countries(), GeoFiles::country, "");
    this.systems = watched(config.systems(), GeoFiles::system, 0L);
    this.all =
        Stream.<@Nullable WatchedDatabase<?>>of(countries, systems)
            .<WatchedDatabase<?>>mapMulti((each, some) -> {
              if (each != null) {
                some.accept(each);
              }
            })
            .toList();
    look();
    if (!all.isEmpty()) {
      long millis = INTERVAL.toMillis();
      var _ = looker.scheduleWithFixedDelay(this::look, millis, millis, TimeUnit.MILLISECONDS);
    }
  }

  private static <V> @Nullable WatchedDatabase<V> watched(
      @Nullable Path file, Function<Map<?, ?>, @Nullable V> value, V unknown) {
    return file == null ? null : new WatchedDatabase<>(file, value, unknown);
  }

  private void look() {
    all.forEach(WatchedDatabase::look);
  }

  /** {@code country}, where the address is; not {@code registered_country}, whose owner it has. */
  static @Nullable String country(Map<?, ?> entry) {
    return entry.get("country") instanceof Map<?, ?> country
            && country.get("iso_code") instanceof String code
            && COUNTRY.matcher(code).matches()
        ? code
        : null;
  }

  private static @Nullable Long system(Map<?, ?> entry) {
    return entry.get("autonomous_system_number") instanceof Long number && number > 0
        ? number
        : null;
  }

  @Override
  public @Nullable String country(IpAddress address) {
    return countries == null ? null : countries.find(address);
  }

  @Override
  public @Nullable Long autonomousSystem(IpAddress address) {
    return systems == null ? null : systems.find(address);
  }

  /** Files that could not be read so far. */
  public long refused() {
    return all.stream().mapToLong(WatchedDatabase::refused).sum();
  }

  /** Databases that are in use. */
  public int used() {
    return (int) all.stream().filter(each -> each.built() != null).count();
  }

  /** When the oldest database in use was made; null: there is none. */
  public @Nullable Instant built() {
    return all.stream()
        .map(WatchedDatabase::built)
        .filter(Objects::nonNull)
        .min(Instant::compareTo)
        .orElse(null);
  }

  @Override
  public void close() {
    looker.shutdownNow();
  }
}
