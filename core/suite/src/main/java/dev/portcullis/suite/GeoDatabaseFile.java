// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import dev.portcullis.policy.match.Cidr;
import dev.portcullis.policy.match.IpAddress;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes small databases of addresses in MaxMind's format (MaxMind DB file format 2.0), for runs
 * with a decision service that reads one. A tree for IPv6, with IPv4 below ::/96 as publishers have
 * it, and with the same below 2002::/16, which readers must not take for other networks.
 */
public final class GeoDatabaseFile {
  private static final String MARKER = "\u00ab\u00cd\u00efMaxMind.com";
  private static final int SEPARATOR = 16;

  private final int recordBits;
  private final List<Node> nodes = new ArrayList<>();
  private final ByteArrayOutputStream values = new ByteArrayOutputStream();
  private final Map<Object, Leaf> leaves = new LinkedHashMap<>();
  private final Node root = node();

  private GeoDatabaseFile(int recordBits) {
    this.recordBits = recordBits;
  }

  /** What stands at the end of a branch. */
  private sealed interface Branch {}

  private static final class Node implements Branch {
    private final int number;
    private final @Nullable Branch[] sides = new @Nullable Branch[2];

    Node(int number) {
      this.number = number;
    }
  }

  private record Leaf(int offset) implements Branch {}

  /**
   * A database.
   *
   * @param recordBits of half a node: 24, 28 or 32
   * @param networks what is known of each: texts, whole numbers, and maps of them
   */
  public static byte[] write(
      String type, int recordBits, Instant built, Map<Cidr, Map<String, Object>> networks) {
    GeoDatabaseFile file = new GeoDatabaseFile(recordBits);
    networks.entrySet().stream()
        // The wider ones first, so that narrower ones cut pieces out of them.
        .sorted(Comparator.comparingInt(entry -> entry.getKey().prefix()))
        .forEach(entry -> file.add(entry.getKey(), file.leaf(entry.getValue())));
    file.alias();
    return file.bytes(type, built);
  }

  private Node node() {
    Node node = new Node(nodes.size());
    nodes.add(node);
    return node;
  }

  private Leaf leaf(Map<String, Object> value) {
    return leaves.computeIfAbsent(
        value,
        _ -> {
          int offset = values.size();
          encode(value, values);
          return new Leaf(offset);
        });
  }

  private void add(Cidr range, Leaf leaf) {
    IpAddress address = range.address();
    // In the file IPv4 is in its compatible form, and not in the mapped one.
    long low = address.isIpv4() ? address.low() & 0xFFFF_FFFFL : address.low();
    Node at = root;
    for (int bit = 0; bit < range.prefix() - 1; bit++) {
      at = below(at, side(address.high(), low, bit));
    }
    at.sides[side(address.high(), low, range.prefix() - 1)] = leaf;
  }

  private static int side(long high, long low, int bit) {
    return (int) (bit < 64 ? high >>> (63 - bit) : low >>> (127 - bit)) & 1;
  }

  private Node below(Node node, int side) {
    if (node.sides[side] instanceof Node known) {
      return known;
    }
    Node made = node();
    made.sides[0] = node.sides[side];
    made.sides[1] = node.sides[side];
    node.sides[side] = made;
    return made;
  }

  /** 2002::/16 leads to where ::/96 does. */
  private void alias() {
    Node ipv4 = root;
    for (int bit = 0; bit < 96; bit++) {
      ipv4 = below(ipv4, 0);
    }
    Node at = root;
    long sixToFour = 0x2002L << 48;
    for (int bit = 0; bit < 15; bit++) {
      at = below(at, side(sixToFour, 0, bit));
    }
    at.sides[side(sixToFour, 0, 15)] = ipv4;
  }

  private byte[] bytes(String type, Instant built) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Node node : nodes) {
      write(out, record(node.sides[0]), record(node.sides[1]));
    }
    out.writeBytes(new byte[SEPARATOR]);
    out.writeBytes(values.toByteArray());
    out.writeBytes(MARKER.getBytes(StandardCharsets.ISO_8859_1));
    Map<String, Object> metadata = new TreeMap<>();
    metadata.put("binary_format_major_version", 2L);
    metadata.put("binary_format_minor_version", 0L);
    metadata.put("build_epoch", built.getEpochSecond());
    metadata.put("database_type", type);
    metadata.put("ip_version", 6L);
    metadata.put("node_count", (long) nodes.size());
    metadata.put("record_size", (long) recordBits);
    encode(metadata, out);
    return out.toByteArray();
  }

  private long record(@Nullable Branch branch) {
    return switch (branch) {
      case null -> nodes.size();
      case Node node -> node.number;
      case Leaf leaf -> (long) nodes.size() + SEPARATOR + leaf.offset;
    };
  }

  private void write(ByteArrayOutputStream out, long left, long right) {
    switch (recordBits) {
      case 24 -> {
        number(out, left, 3);
        number(out, right, 3);
      }
      case 28 -> {
        number(out, left & 0xFF_FFFF, 3);
        out.write((int) (left >>> 24 << 4 | right >>> 24));
        number(out, right & 0xFF_FFFF, 3);
      }
      case 32 -> {
        number(out, left, 4);
        number(out, right, 4);
      }
      default -> throw new IllegalArgumentException("records have 24, 28 or 32 bits");
    }
  }

  private static void number(ByteArrayOutputStream out, long number, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.write((int) (number >>> shift));
    }
  }

  private static void encode(Object value, ByteArrayOutputStream out) {
    switch (value) {
      case String text -> {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        control(out, 2, utf8.length);
        out.writeBytes(utf8);
      }
      case Long number -> {
        out.write(8);
        out.write(9 - 7);
        number(out, number, 8);
      }
      case Map<?, ?> map -> {
        control(out, 7, map.size());
        map.forEach((key, each) -> {
          encode(key, out);
          encode(each, out);
        });
      }
      default -> throw new IllegalArgumentException("cannot be written: " + value);
    }
  }

  private static void control(ByteArrayOutputStream out, int type, int size) {
    if (size >= 285) {
      throw new IllegalArgumentException("too long for this writer: " + size);
    }
    out.write(type << 5 | Math.min(size, 29));
    if (size >= 29) {
      out.write(size - 29);
    }
  }
}
