// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/**
 * A database in MaxMind's format (MaxMind DB file format 2.0): a binary tree over the bits of
 * addresses, whose leaves lead into a section of values. For one thread.
 *
 * <p>Why not by the vendor's library: it decodes what a file claims to hold before it looks whether
 * that is there, so that a corrupt file can take all memory or end in an endless walk, and it does
 * so when the first request asks. Here a file is walked through once, every step bounded, and what
 * comes out are tables.
 */
final class MmdbFile {
  private static final byte[] MARKER =
      "\u00ab\u00cd\u00efMaxMind.com".getBytes(StandardCharsets.ISO_8859_1);
  private static final int MAX_METADATA = 128 << 10;
  private static final int SEPARATOR = 16;
  private static final long NONE = -1;
  private static final long IPV4_MAPPED = 0xFFFF_0000_0000L;

  private final byte[] file;
  private final int nodes;
  private final int recordBits;
  private final boolean ipv6;
  private final Instant built;
  private final MmdbValues values;
  private long visits;

  /** Told of each network that leads to a value, in ascending order. */
  @FunctionalInterface
  interface Visitor {
    /**
     * A network.
     *
     * @param bits how many of the 128 its addresses share; IPv4 is in its mapped form
     * @param offset of the value in the section of values
     */
    void network(long high, long low, int bits, long offset) throws CorruptDatabaseException;
  }

  /** Reads the metadata, and not yet the rest. */
  MmdbFile(byte[] file) throws CorruptDatabaseException {
    this.file = file;
    int marker = marker();
    Object read = new MmdbValues(file, marker + MARKER.length, file.length).at(0);
    if (!(read instanceof Map<?, ?> metadata)) {
      throw new CorruptDatabaseException("its metadata is no map");
    }
    var _ = number(metadata, "binary_format_major_version", 2, 2);
    this.recordBits = (int) number(metadata, "record_size", 24, 32);
    if (recordBits % 4 != 0) {
      throw new CorruptDatabaseException("its record_size is " + recordBits);
    }
    this.nodes = (int) number(metadata, "node_count", 1, Integer.MAX_VALUE);
    this.ipv6 = number(metadata, "ip_version", 4, 6) == 6;
    this.built = Instant.ofEpochSecond(number(metadata, "build_epoch", 0, Integer.MAX_VALUE * 4L));
    long section = (long) nodes * (recordBits / 4) + SEPARATOR;
    if (section > marker) {
      throw new CorruptDatabaseException("it is not as long as its metadata says");
    }
    this.values = new MmdbValues(file, (int) section, marker);
  }

  /** Where the last marker begins. */
  private int marker() throws CorruptDatabaseException {
    int lowest = Math.max(0, file.length - MAX_METADATA);
    for (int at = file.length - MARKER.length; at >= lowest; at--) {
      int same = 0;
      while (same < MARKER.length && file[at + same] == MARKER[same]) {
        same++;
      }
      if (same == MARKER.length) {
        return at;
      }
    }
    throw new CorruptDatabaseException("it has no metadata: is it a MaxMind DB?");
  }

  private static long number(Map<?, ?> metadata, String key, long least, long most)
      throws CorruptDatabaseException {
    if (metadata.get(key) instanceof Long number && number >= least && number <= most) {
      return number;
    }
    throw new CorruptDatabaseException("its " + key + " is " + metadata.get(key));
  }

  /** When its publisher made it. */
  Instant built() {
    return built;
  }

  /** The value at an offset that a visitor was told. */
  Object value(long offset) throws CorruptDatabaseException {
    return values.at(offset);
  }

  /** Walks through the whole tree. */
  void walk(Visitor visitor) throws CorruptDatabaseException {
    visits = 0;
    long ipv4 = ipv6 ? ipv4Root() : 0;
    walk(visitor, ipv4, 0, IPV4_MAPPED, 96, NONE);
    if (ipv6) {
      walkIpv6(visitor, ipv4 < nodes ? ipv4 : NONE);
    }
  }

  /** The node, or record, below which IPv4 is: that of ::/96. */
  private long ipv4Root() {
    long record = 0;
    for (int depth = 0; depth < 96 && record < nodes; depth++) {
      record = record((int) record, 0);
    }
    return record;
  }

  /**
   * All but ::/64. There are IPv4 in its own form, which was walked through, and addresses that no
   * client has. Trees lead to IPv4 from elsewhere as well, for 6to4 and Teredo: such addresses name
   * whom they belong to in bits that are not where the tree looks, so they stay unknown.
   */
  private void walkIpv6(Visitor visitor, long ipv4) throws CorruptDatabaseException {
    long[] right = new long[64];
    long record = 0;
    for (int depth = 0; depth < 64; depth++) {
      // A leaf up here is the leaf of all below it.
      right[depth] = record < nodes ? record((int) record, 1) : record;
      record = record < nodes ? record((int) record, 0) : record;
    }
    for (int depth = 63; depth >= 0; depth--) {
      walk(visitor, right[depth], 1L << (63 - depth), 0, depth + 1, ipv4);
    }
  }

  private void walk(Visitor visitor, long record, long high, long low, int depth, long leaveOut)
      throws CorruptDatabaseException {
    if (record == nodes || record == leaveOut) {
      return;
    }
    if (record > nodes) {
      visitor.network(high, low, depth, record - nodes - SEPARATOR);
      return;
    }
    // Each node of a tree is reached once, so that whatever goes on is none.
    if (depth == 128 || ++visits > nodes) {
      throw new CorruptDatabaseException("its search tree is no tree");
    }
    walk(visitor, record((int) record, 0), high, low, depth + 1, leaveOut);
    long highBit = depth < 64 ? 1L << (63 - depth) : 0;
    long lowBit = depth < 64 ? 0 : 1L << (127 - depth);
    walk(visitor, record((int) record, 1), high | highBit, low | lowBit, depth + 1, leaveOut);
  }

  /** The left (0) or right (1) record of a node. */
  private long record(int node, int side) {
    int at = node * (recordBits / 4);
    return switch (recordBits) {
      case 24 -> bytes(at + 3 * side, 3);
      case 28 -> {
        int middle = file[at + 3] & 0xFF;
        yield (long) (side == 0 ? middle >>> 4 : middle & 0xF) << 24 | bytes(at + 4 * side, 3);
      }
      default -> bytes(at + 4 * side, 4);
    };
  }

  private long bytes(int at, int count) {
    long number = 0;
    for (int i = at; i < at + count; i++) {
      number = number << 8 | (file[i] & 0xFF);
    }
    return number;
  }
}
