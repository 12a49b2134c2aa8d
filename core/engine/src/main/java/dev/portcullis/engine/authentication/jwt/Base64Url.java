// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors

package dev.portcullis.engine.authentication.jwt;

import dev.portcullis.engine.authentication.json.MalformedTextException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Base64url as JOSE demands it (RFC 7515 section 2): no padding, no whitespace, and only the one
 * canonical text of each byte string, so that no two texts mean the same token.
 */
final class Base64Url {
  private static final byte[] VALUES = values();

  private Base64Url() {}

  private static byte[] values() {
    byte[] values = new byte[128];
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int i = 0; i < alphabet.length(); i++) {
      values[alphabet.charAt(i)] = (byte) i;
    }
    return values;
  }

  static byte[] decode(String text) throws MalformedTextException {
    int tail = text.length() % 4;
    if (tail == 1 || text.indexOf('=') >= 0) {
      throw new MalformedTextException("a part is not base64url without padding");
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException e) {
      throw new MalformedTextException("a part is not base64url without padding");
    }
    int unused = tail == 2 ? 0xF : tail == 3 ? 0x3 : 0;
    if (unused != 0 && (VALUES[text.charAt(text.length() - 1)] & unused) != 0) {
      throw new MalformedTextException("a part is not canonical base64url");
    }
    return bytes;
  }
}
