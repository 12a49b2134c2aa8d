// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.geo;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads values of one section of a database (MaxMind DB file format 2.0, "Data Section"). Every
 * read is bounded: by the section's end, by a depth, and by a number of values, since a few bytes
 * of pointers that point at each other can mean more values than any memory holds. For one thread.
 */
final class MmdbValues {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_VALUES_OF_ONE = 4096;

  private final ByteBuffer bytes;
  private final int start;
  private final int end;
  private int position;
  private int left;

  /**
   * @param start of the section, to which pointers are relative
   * @param end the first byte after it
   */
  MmdbValues(byte[] file, int start, int end) {
    this.bytes = ByteBuffer.wrap(file);
    this.start = start;
    this.end = end;
  }

  /**
   * The value at an offset of the section: a String, a Number, a Boolean, bytes, a List or a Map of
   * them.
   */
  Object at(long offset) throws CorruptDatabaseException {
    left = MAX_VALUES_OF_ONE;
    seek(offset);
    return value(0);
  }

  private void seek(long offset) throws CorruptDatabaseException {
    if (offset < 0 || offset >= end - start) {
      throw new CorruptDatabaseException("a pointer leads out of the file");
    }
    position = start + (int) offset;
  }

  private Object value(int depth) throws CorruptDatabaseException {
    if (--left < 0) {
      throw new CorruptDatabaseException("an entry has too many values");
    }
    if (depth > MAX_DEPTH) {
      throw new CorruptDatabaseException("an entry is nested too deep");
    }
    int control = unsigned(1);
    int type = control >>> 5;
    if (type == 1) {
      return pointed(control, depth);
    }
    if (type == 0) {
      type = 7 + unsigned(1);
    }
    int size = size(control & 0x1F);
    return switch (type) {
      case 2 -> text(size);
      case 3 -> Double.longBitsToDouble(bytes.getLong(take(exactly(size, 8))));
      case 4 -> bytes.slice(take(size), size);
      case 5, 6, 9 -> number(size, 8);
      case 7 -> map(size, depth);
      case 8 -> (long) (int) number(size, 4);
      case 10 -> large(size);
      case 11 -> list(size, depth);
      case 14 -> flag(size);
      case 15 -> (double) bytes.getFloat(take(exactly(size, 4)));
      default -> throw new CorruptDatabaseException("a value is of no known type");
    };
  }

  /** Of what a pointer leads to; the reading goes on behind the pointer. */
  private Object pointed(int control, int depth) throws CorruptDatabaseException {
    int more = (control >>> 3) & 3;
    long first = control & 7;
    long offset =
        switch (more) {
          case 0 -> first << 8 | unsigned(1);
          case 1 -> (first << 16 | unsigned(2)) + 2048;
          case 2 -> (first << 24 | unsigned(3)) + 526_336;
          default -> Integer.toUnsignedLong(unsigned(4));
        };
    int behind = position;
    seek(offset);
    if ((bytes.get(position) & 0xFF) >>> 5 == 1) {
      throw new CorruptDatabaseException("a pointer leads to a pointer");
    }
    Object value = value(depth + 1);
    position = behind;
    return value;
  }

  private int size(int short5) throws CorruptDatabaseException {
    return switch (short5) {
      case 29 -> 29 + unsigned(1);
      case 30 -> 285 + unsigned(2);
      case 31 -> 65_821 + unsigned(3);
      default -> short5;
    };
  }

  private Map<String, Object> map(int size, int depth) throws CorruptDatabaseException {
    // A size is only what the file says: what is there shows as it is read.
    Map<String, Object> map = new HashMap<>();
    for (int i = 0; i < size; i++) {
      if (!(value(depth + 1) instanceof String key)) {
        throw new CorruptDatabaseException("the key of an entry is no text");
      }
      map.put(key, value(depth + 1));
    }
    return map;
  }

  private List<Object> list(int size, int depth) throws CorruptDatabaseException {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(value(depth + 1));
    }
    return list;
  }

  private String text(int size) throws CorruptDatabaseException {
    int from = take(size);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(from, size)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptDatabaseException("a text is no UTF-8");
    }
  }

  private long number(int size, int most) throws CorruptDatabaseException {
    if (size > most) {
      throw new CorruptDatabaseException("a number is too long");
    }
    long number = 0;
    for (int i = take(size); i < position; i++) {
      number = number << 8 | (bytes.get(i) & 0xFF);
    }
    return number;
  }

  private BigInteger large(int size) throws CorruptDatabaseException {
    if (size > 16) {
      throw new CorruptDatabaseException("a number is too long");
    }
    byte[] magnitude = new byte[size];
    bytes.get(take(size), magnitude);
    return new BigInteger(1, magnitude);
  }

  private static boolean flag(int size) throws CorruptDatabaseException {
    if (size > 1) {
      throw new CorruptDatabaseException("a boolean is neither true nor false");
    }
    return size == 1;
  }

  private static int exactly(int size, int wanted) throws CorruptDatabaseException {
    if (size != wanted) {
      throw new CorruptDatabaseException("a number has a wrong length");
    }
    return size;
  }

  /** The next bytes as an unsigned number, but for four of them, which may come out negative. */
  private int unsigned(int count) throws CorruptDatabaseException {
    return (int) number(count, 4);
  }

  /** Where the next bytes begin, which are read thereby. */
  private int take(int count) throws CorruptDatabaseException {
    if (count > end - position) {
      throw new CorruptDatabaseException("a value goes on after the end of the file");
    }
    int from = position;
    position += count;
    return from;
  }
}
