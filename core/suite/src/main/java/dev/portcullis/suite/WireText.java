// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.suite;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Text that goes over the wire as UTF-8, but for single bytes, right or wrong, that it carries as
 * halves of surrogate pairs: no text that is read from a file has such a half.
 */
public final class WireText {
  private static final char FIRST = '\udc00';
  private static final char LAST = '\udcff';

  private WireText() {}

  /** A text that stands for bytes as they are. */
  static String of(String hexadecimal) {
    StringBuilder text = new StringBuilder();
    try {
      for (byte each : HexFormat.of().parseHex(hexadecimal)) {
        text.append((char) (FIRST + Byte.toUnsignedInt(each)));
      }
    } catch (IllegalArgumentException e) {
      throw new SuiteException("not bytes such as ff or c0af: " + hexadecimal);
    }
    return text.toString();
  }

  /** What goes over the wire. */
  public static byte[] bytes(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char here = text.charAt(i);
      boolean single =
          here >= FIRST
              && here <= LAST
              && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
      if (single) {
        bytes.writeBytes(text.substring(from, i).getBytes(StandardCharsets.UTF_8));
        bytes.write(here - FIRST);
        from = i + 1;
      }
    }
    bytes.writeBytes(text.substring(from).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
