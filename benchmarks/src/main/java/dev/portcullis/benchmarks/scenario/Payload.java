// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.benchmarks.scenario;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A check on the wire, made once. Each call gets an id of its own written into a copy, as Envoy's
 * would have: charges are idempotent per id, and a repeated one would cost less than a real one.
 * Thread-safe.
 */
public final class Payload {
  private static final byte[] MARK = SampleRequest.ID.getBytes(StandardCharsets.US_ASCII);
  private static final int DIGITS = 12;

  private final byte[] template;
  private final List<Integer> places = new ArrayList<>();

  /** Takes a request that asks about the route. */
  public Payload(SampleRequest request, String route) {
    template = request.check(route).toByteArray();
    ByteBuffer whole = ByteBuffer.wrap(template);
    for (int i = 0; i + MARK.length <= template.length; i++) {
      if (whole.slice(i, MARK.length).equals(ByteBuffer.wrap(MARK))) {
        places.add(i + MARK.length - DIGITS);
      }
    }
    if (places.isEmpty()) {
      throw new IllegalStateException("a check without the id of its request");
    }
  }

  /** The check of call {@code number}, at most 48 bits of it. */
  public byte[] bytes(long number) {
    byte[] copy = template.clone();
    for (int place : places) {
      long rest = number;
      for (int i = DIGITS - 1; i >= 0; i--) {
        copy[place + i] = (byte) Character.forDigit((int) (rest & 15), 16);
        rest >>>= 4;
      }
    }
    return copy;
  }
}
