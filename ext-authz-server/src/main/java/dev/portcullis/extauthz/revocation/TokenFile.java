// SPDX-License-Identifier: Apache-2.0
// Copyright The Portcullis Authors
package dev.portcullis.extauthz.revocation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * A bearer token that stands in a file, read at each use, because it may be replaced there.
 * Thread-safe.
 */
final class TokenFile {
  /** A shorter one could be guessed. */
  static final int MIN_LENGTH = 16;

  private static final int MAX_LENGTH = 4096;
  private static final String SCHEME = "Bearer ";

  private final Path file;

  TokenFile(Path file) {
    this.file = file;
  }

  /**
   * The token.
   *
   * @throws IOException when there is none, or it is too short or too long; its message says so
   */
  String read() throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_LENGTH + 1);
    }
    String token = new String(bytes, StandardCharsets.UTF_8).strip();
    if (token.length() < MIN_LENGTH || bytes.length > MAX_LENGTH) {
      throw new IOException(
          file + " must hold a token of " + MIN_LENGTH + " to " + MAX_LENGTH + " characters");
    }
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
        throw new IOException(file + " must hold one line of visible ASCII");
      }
    }
    return token;
  }

  /**
   * Whether a value of {@code Authorization} brings the token; takes as long wherever they differ.
   *
   * @throws IOException as {@link #read}
   */
  boolean admits(@Nullable String authorization) throws IOException {
    byte[] wanted = hash(read());
    boolean bearer =
        authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
    String sent = bearer && authorization != null ? authorization.substring(SCHEME.length()) : "";
    return MessageDigest.isEqual(wanted, hash(sent.strip()));
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
