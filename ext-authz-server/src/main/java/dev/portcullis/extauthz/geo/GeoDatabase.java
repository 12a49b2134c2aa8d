// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import dev.portcullis.policy.match.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One database, read to its end: what cannot be read is found before the first request asks for it.
 * Immutable.
 *
 * @param <V> what a network has
 */
public final class GeoDatabase<V> {
  private static final int MAX_BYTES = 512 << 20;

  private final AddressTable networks;
  private final List<V> values;
  private final Instant built;

  private GeoDatabase(AddressTable networks, List<V> values, Instant built) {
    this.networks = networks;
    this.values = values;
    this.built = built;
  }

  /**
   * Reads a file. Meanwhile it takes several times the file's size of memory.
   *
   * @param value what counts of an entry; null: nothing, so that the network is not known
   * @throws IOException saying why it cannot be used
   */
  static <V> GeoDatabase<V> read(Path path, Function<Map<?, ?>, @Nullable V> value)
      throws IOException {
    return read(bytes(path), value);
  }

  private static byte[] bytes(Path path) throws IOException {
    // What is too large for the heap would end the process instead of being refused.
    int most = (int) Math.min(MAX_BYTES, Runtime.getRuntime().maxMemory() / 8);
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(most + 1);
      if (bytes.length > most) {
        throw new IOException(
            "it is larger than "
                + (most >> 20)
                + " MiB, an eighth of the memory there is: give the process more");
      }
      return bytes;
    }
  }

  /**
   * Reads the content of a file.
   *
   * @param value as above
   * @throws IOException saying why it cannot be used
   */
  public static <V> GeoDatabase<V> read(byte[] bytes, Function<Map<?, ?>, @Nullable V> value)
      throws IOException {
    MmdbFile file = new MmdbFile(bytes);
    AddressTable.Builder networks = new AddressTable.Builder();
    Map<Long, Integer> byOffset = new HashMap<>();
    Map<V, Integer> byValue = new HashMap<>();
    List<V> values = new ArrayList<>();
    file.walk((high, low, bits, offset) -> {
      Integer number = byOffset.get(offset);
      if (number == null) {
        if (!(file.value(offset) instanceof Map<?, ?> entry)) {
          throw new CorruptDatabaseException("an entry is no map");
        }
        V found = value.apply(entry);
        number = found == null ? AddressTable.NOTHING : number(found, byValue, values);
        byOffset.put(offset, number);
      }
      if (number != AddressTable.NOTHING) {
        networks.add(high, low, bits, number);
      }
    });
    if (values.isEmpty()) {
      throw new CorruptDatabaseException(
          "it tells this of no address: is it a database of another kind?");
    }
    return new GeoDatabase<>(networks.build(), List.copyOf(values), file.built());
  }

  private static <V> int number(V found, Map<V, Integer> byValue, List<V> values) {
    Integer known = byValue.putIfAbsent(found, values.size());
    if (known != null) {
      return known;
    }
    values.add(found);
    return values.size() - 1;
  }

  /** What the address's network has; null: it is not known. */
  public @Nullable V find(IpAddress address) {
    int number = networks.find(address);
    return number == AddressTable.NOTHING ? null : values.get(number);
  }

  /** Ranges of addresses, those included of which nothing is known. */
  public int size() {
    return networks.size();
  }

  /** When its publisher made it. */
  Instant built() {
    return built;
  }
}
