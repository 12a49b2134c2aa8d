// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.decision;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.function.Supplier;

/*
 * Ids come from the operating system's generator, drawn in blocks of 256 per thread: drawing each
 * by itself would take a lock and a system call that cost more than the rest of many decisions.
 */
/** Makes decision ids: 128 random bits as 26 characters of Crockford's base32. */
public final class DecisionIds implements Supplier<String> {
  private static final int BLOCK = 256;
  private static final int BYTES = 16;
  private static final int LENGTH = 26;
  private static final byte[] DIGITS =
      "0123456789ABCDEFGHJKMNPQRSTVWXYZ".getBytes(StandardCharsets.US_ASCII);

  private final SecureRandom random = new SecureRandom();
  private final ThreadLocal<Block> blocks = ThreadLocal.withInitial(Block::new);

  /** Random bytes and how many of them are used up. */
  private static final class Block {
    private final byte[] bytes = new byte[BLOCK * BYTES];
    private int used = BLOCK * BYTES;
  }

  @Override
  public String get() {
    Block block = blocks.get();
    if (block.used == block.bytes.length) {
      random.nextBytes(block.bytes);
      block.used = 0;
    }
    String id = encode(block.bytes, block.used);
    block.used += BYTES;
    return id;
  }

  @SuppressWarnings("deprecation") // The only constructor that copies ASCII without decoding it.
  private static String encode(byte[] bytes, int from) {
    byte[] text = new byte[LENGTH];
    int bits = 0;
    int held = 0;
    int next = from;
    for (int i = 0; i < LENGTH; i++) {
      if (held < 5 && next < from + BYTES) {
        bits = (bits << 8) | (bytes[next++] & 255);
        held += 8;
      }
      text[i] = DIGITS[(held >= 5 ? bits >>> (held - 5) : bits << (5 - held)) & 31];
      held -= 5;
    }
    return new String(text, 0, 0, LENGTH);
  }
}
