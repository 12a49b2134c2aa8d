// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.wire;

import com.google.protobuf.WireFormat;
import java.nio.charset.StandardCharsets;

/**
 * Writes one Protobuf message from its end to its beginning: when the length of a nested message is
 * due, it is known, so that nothing is measured beforehand and no object stands for what is only
 * bytes on their way out. Fields are given last to first. Not thread-safe; good for one message.
 *
 * <p>The format: <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>.
 */
public final class ReverseWriter {
  private static final int MAX_VARINT = 10;

  private byte[] buffer;
  private int start;

  /** Starts a message of about so many bytes. */
  public ReverseWriter(int expected) {
    buffer = new byte[Math.max(expected, 32)];
    start = buffer.length;
  }

  /** Number of bytes so far: where a nested message that is begun now will end. */
  public int mark() {
    return buffer.length - start;
  }

  /** Makes everything since the mark a nested message, or an empty one if that is nothing. */
  public void message(int field, int mark) {
    reserve(2 * MAX_VARINT);
    delimited(field, mark() - mark);
  }

  /** Writes a string as UTF-8. */
  public void string(int field, String value) {
    int length = value.length();
    reserve(length + 2 * MAX_VARINT);
    int at = start;
    for (int i = length - 1; i >= 0; i--) {
      char c = value.charAt(i);
      if (c >= 0x80) {
        bytes(field, value.getBytes(StandardCharsets.UTF_8));
        return;
      }
      buffer[--at] = (byte) c;
    }
    start = at;
    delimited(field, length);
  }

  private void bytes(int field, byte[] value) {
    reserve(value.length + 2 * MAX_VARINT);
    start -= value.length;
    System.arraycopy(value, 0, buffer, start, value.length);
    delimited(field, value.length);
  }

  /** Puts length and tag before a value that is written already. */
  private void delimited(int field, int length) {
    prepend(length);
    tag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  /** Writes an {@code int32}, {@code int64} or enum. */
  public void number(int field, long value) {
    reserve(2 * MAX_VARINT);
    prepend(value);
    tag(field, WireFormat.WIRETYPE_VARINT);
  }

  /** Writes a {@code double}. */
  public void real(int field, double value) {
    reserve(Long.BYTES + MAX_VARINT);
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      buffer[--start] = (byte) (bits >>> shift);
    }
    tag(field, WireFormat.WIRETYPE_FIXED64);
  }

  private void tag(int field, int wireType) {
    prepend((long) field << 3 | wireType);
  }

  private void prepend(long varint) {
    int size = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(varint) + 6) / 7);
    start -= size;
    long rest = varint;
    for (int i = start; i < start + size - 1; i++) {
      buffer[i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[start + size - 1] = (byte) rest;
  }

  private void reserve(int bytes) {
    if (start < bytes) {
      int used = mark();
      byte[] larger = new byte[Math.max(buffer.length * 2, used + bytes)];
      System.arraycopy(buffer, start, larger, larger.length - used, used);
      buffer = larger;
      start = larger.length - used;
    }
  }

  /** The message. The writer must not be used again. */
  public EncodedMessage finish() {
    return new EncodedMessage(buffer, start);
  }
}
